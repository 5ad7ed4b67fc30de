import assert from 'node:assert/strict';
import { coverageAtSteps } from './coverage.js';

const { NaN: none } = Number;

describe('coverageAtSteps', () => {
  it('counts at the beginning of each step only, and only where both are known', () => {
    const ahead = Float64Array.of(5, 9, 5, 9, 5, 9, none, 9);
    const forecast = Float64Array.of(6, 1, 4, 1, 5, 1, 5, 1);
    // Steps of two minutes begin at the even places: 5 <= 6, 5 > 4, 5 <= 5, unknown.
    assert.equal(coverageAtSteps(forecast, ahead, 1200, 120), 2 / 3);
  });

  it('follows the grid of the epoch, not the first minute', () => {
    const ahead = Float64Array.of(9, 5, 9, 5);
    const forecast = Float64Array.of(1, 6, 1, 6);
    assert.equal(coverageAtSteps(forecast, ahead, 1260, 120), 1);
  });

  it('is not a number without a forecast', () => {
    assert.ok(Number.isNaN(coverageAtSteps(Float64Array.of(none), Float64Array.of(1), 0, 60)));
  });
});
