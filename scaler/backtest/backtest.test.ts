import assert from 'node:assert/strict';
import { coverageOf } from './backtest.js';

const { NaN: none } = Number;

describe('coverageOf', () => {
  it('counts every minute in which both are known', () => {
    const ahead = Float64Array.of(5, 9, 5, 9, none, 9);
    const forecast = Float64Array.of(6, 1, 5, 9, 5, none);
    // 5 <= 6, 9 > 1, 5 <= 5, 9 <= 9, unknown, unknown.
    assert.equal(coverageOf(forecast, ahead), 3 / 4);
  });

  it('is not a number without a forecast', () => {
    assert.ok(Number.isNaN(coverageOf(Float64Array.of(none), Float64Array.of(1))));
  });
});
