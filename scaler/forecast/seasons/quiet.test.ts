import assert from 'node:assert/strict';
import { fit, forecast, update } from '../index.js';
import type { Series } from '../types.js';

const STEP_SECONDS = 300;
const DAY_STEPS = 288;
// A Monday, 2026-03-02T00:00:00Z.
const START_SECONDS = 1_772_409_600;

/** A load that is busy from 07:00 to 19:00 on some weekdays (0 is Monday) and exactly 0 otherwise; noise by day. */
function officeSeries(steps: number, isWorkday: (weekday: number) => boolean = () => true): Series {
  const values = Float64Array.from({ length: steps }, (_, t) => {
    const hour = (t % DAY_STEPS) / 12;
    const isBusy = hour >= 7 && hour < 19 && isWorkday(Math.floor(t / DAY_STEPS) % 7);
    return isBusy ? 100 + 10 * Math.sin(t * t) : 0;
  });
  return { startSeconds: START_SECONDS, stepSeconds: STEP_SECONDS, values };
}

function modelAt(days: number, hour: number, isWorkday?: (weekday: number) => boolean) {
  return fit(officeSeries(days * DAY_STEPS + 12 * hour, isWorkday), {
    horizonSteps: 4,
    spanSteps: 3,
    seasonality: 'auto',
    timezone: 'UTC',
  });
}

const peakOf = (model: ReturnType<typeof fit>) => forecast(model, 4, [0.9]).peaks[0]!;

describe('times without any load in every past cycle', () => {
  it('are forecast as exactly 0, quantiles included', () => {
    const { mean, quantiles, peaks } = forecast(modelAt(14, 22), 4, [0.1, 0.5, 0.999]);
    assert.deepEqual([...mean], [0, 0, 0, 0]);
    for (const quantile of quantiles) assert.deepEqual([...quantile], [0, 0, 0, 0]);
    assert.deepEqual(peaks, [0, 0, 0]);
  });

  it('end where the first step with load comes within reach', () => {
    // At 06:40 four steps reach until 07:00, at 06:45 until 07:05.
    assert.equal(peakOf(modelAt(14, 6 + 40 / 60)), 0);
    assert.ok(peakOf(modelAt(14, 6.75)) > 80);
  });

  it('are known after two days, a little later in the evening and earlier in the morning', () => {
    assert.equal(peakOf(modelAt(2, 22)), 0);
  });

  it('are known of a weekday after two weeks', () => {
    const model = modelAt(14 + 5, 10, (weekday) => weekday < 5);
    // Saturday at 10:00, at which the other days are busy.
    assert.equal(peakOf(model), 0);
  });

  it('begin as soon as the load ends', () => {
    assert.ok(peakOf(modelAt(14, 18.75)) > 80);
    assert.equal(peakOf(modelAt(14, 19)), 0);
  });

  it('end with a load at such a time, at once, until it is fitted again', () => {
    const model = modelAt(14, 22);
    update(model, 50, 60);
    assert.ok(peakOf(model) > 0);
  });

  it('are not looked for in a load that can be negative', () => {
    const series = officeSeries(14 * DAY_STEPS);
    series.values[150] = -1;
    const model = fit(series, { horizonSteps: 4, seasonality: 'auto', timezone: 'UTC' });
    assert.deepEqual(model.quiet, []);
  });
});
