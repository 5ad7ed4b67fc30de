import assert from 'node:assert/strict';
import { defaultDeviationRule, ordinaryRange } from './deviation.js';

const rule = { windowReadings: 9, minReadings: 5, deviations: 3 };

describe('the ordinary range of a measure', () => {
  it('is the median plus and minus deviations by R’s mad()', () => {
    // R: x <- c(10.1, 9.9, 10.0, 10.2, 9.8, 10.0, 30); median(x) + c(-3, 3) * mad(x)
    // [1]  9.55522 10.44478
    const range = ordinaryRange([10.1, 9.9, 10.0, 10.2, 9.8, 10.0, 30], rule, 0.01)!;
    assert.ok(Math.abs(range.low - 9.55522) < 1e-9, `low ${range.low}`);
    assert.ok(Math.abs(range.high - 10.44478) < 1e-9, `high ${range.high}`);
  });

  it('hardly widens when nearly half of the window is wild', () => {
    // Mean and standard deviation would give a range up to 1018 here.
    const wild = ordinaryRange([10, 10.1, 9.9, 10.2, 9.8, 500, 500, 500, 500], rule, 0.01)!;
    assert.ok(wild.low > 8 && wild.high < 12, `${wild.low} to ${wild.high}`);
  });

  it('is not known from too few readings', () => {
    assert.equal(ordinaryRange([10, 10, 10, 10], rule, 0.01), undefined);
  });

  it('is never narrower than the precision of the sensor', () => {
    assert.deepEqual(ordinaryRange([10, 10, 10, 10, 10], rule, 0.2), { low: 9.4, high: 10.6 });
  });

  it('asks by default for a window longer than the least', () => {
    assert.ok(defaultDeviationRule.windowReadings > defaultDeviationRule.minReadings);
  });
});
