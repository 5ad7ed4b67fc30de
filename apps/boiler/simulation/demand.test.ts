import assert from 'node:assert/strict';
import fc from 'fast-check';
import { steamDemand } from './demand.js';

const atHour = (hour: number) => steamDemand(hour / 24);

describe('the plant’s demand for steam', () => {
  it('is low at night, full in the shifts, and dips at lunch', () => {
    assert.equal(atHour(3), 0.35);
    assert.equal(atHour(10), 1);
    assert.ok(Math.abs(atHour(13) - 0.8) < 1e-12);
    assert.ok(Math.abs(atHour(6) - 0.6) < 1e-12, 'half way up the steep start of the first shift');
  });

  it('is a share between 0 and 1 with no jump, also at midnight', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), (day) => {
        const demand = steamDemand(day);
        assert.ok(demand > 0 && demand <= 1);
        assert.ok(Math.abs(steamDemand(day + 1 / 1440) - demand) < 0.01, 'less than 1 % in a minute');
      }),
    );
  });
});
