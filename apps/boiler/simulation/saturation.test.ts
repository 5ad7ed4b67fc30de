import assert from 'node:assert/strict';
import { saturationTemperature } from './saturation.js';

describe('the saturation temperature', () => {
  // Oracle: IAPWS-IF97 steam tables (saturation by pressure), rounded to 0.1 °C.
  for (const [bar, celsius] of [
    [1, 99.6],
    [2, 120.2],
    [5, 151.8],
    [10, 179.9],
    [11, 184.1],
    [20, 212.4],
    [30, 233.9],
  ] as const) {
    it(`is ${celsius} °C within half a degree at ${bar} bar`, () => {
      assert.ok(Math.abs(saturationTemperature(bar) - celsius) < 0.5, `got ${saturationTemperature(bar)}`);
    });
  }
});
