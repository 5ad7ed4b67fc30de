import assert from 'node:assert/strict';
import { whiteNoise } from '../../shared/noise.js';
import type { Origins } from '../origins.js';
import { fitStretch, stretched, stretchReplayed } from './stretch.js';

const HORIZON_STEPS = 2;
const COUNT = 400;
const random = whiteNoise(1);
const values = Float64Array.from({ length: COUNT + HORIZON_STEPS }, (_, t) => 1000 * random(t));
const origins: Origins = {
  steps: Int32Array.from({ length: COUNT }, (_, i) => i),
  stride: 1,
  horizonSteps: HORIZON_STEPS,
};

/** Past forecasts that go `share` of the way from the value at each origin to the value that came, and `error` beside it. */
function replayed(share: (i: number, h: number) => number, error = 0): Float64Array {
  return Float64Array.from({ length: COUNT * HORIZON_STEPS }, (_, k) => {
    const i = Math.floor(k / HORIZON_STEPS);
    const h = k % HORIZON_STEPS;
    const came = values[i + 1 + h]!;
    return values[i]! + share(i, h) * (came - values[i]!) + error * (random(COUNT + 10 + k) - 0.5);
  });
}

const factors = (forecasts: Float64Array, known = values) => fitStretch(known, known, forecasts, origins);

describe('the stretch of forecast changes', () => {
  it('is what the changes of each number of steps ahead fell short by', () => {
    // Forecasts that go 80 and 90 % of the way need 1 / 0.8 and 1 / 0.9 times their changes.
    const [first, second] = factors(replayed((_, h) => (h === 0 ? 0.8 : 0.9)));
    assert.ok(Math.abs(first! - 1.25) < 0.002, `${first}`);
    assert.ok(Math.abs(second! - 1 / 0.9) < 0.002, `${second}`);
  });

  it('is 1 where changes were forecast in full or went less far, and at most 1.3', () => {
    assert.deepEqual([...factors(replayed((_, h) => (h === 0 ? 1.2 : 1)))], [1, 1]);
    assert.ok(factors(replayed(() => 0.2)).every((factor) => factor > 1.29 && factor <= 1.3));
  });

  it('is 1 where forecasts err equally to both sides', () => {
    assert.deepEqual([...factors(replayed(() => 1, 100))], [1, 1]);
  });

  it('follows the newer half of the past more than the older', () => {
    const [first] = factors(replayed((i) => (i < 250 ? 1 : 0.8)));
    assert.ok(first! > 1.2, `${first}`);
    const [kept] = factors(replayed((i) => (i < 50 ? 0.8 : 1)));
    assert.ok(kept! < 1.01, `${kept}`);
  });

  it('is 1 while fewer than 50 past changes are known', () => {
    const known = values.map((value, t) => (t < COUNT - 40 ? Number.NaN : value));
    assert.deepEqual(
      [
        ...factors(
          replayed(() => 0.8),
          known,
        ),
      ],
      [1, 1],
    );
  });

  it('moves a forecast away from the last value', () => {
    const ahead = Float64Array.of(20, 5, 10, 30);
    const unbounded = { floor: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY };
    assert.deepEqual([...stretched([1.5, 1.2], 10, ahead, unbounded)], [25, 4, 10, 34]);
    assert.deepEqual(stretched([1.5], Number.NaN, ahead, unbounded), ahead);
  });

  it('does not go below the floor, nor above the highest value known unless the forecast does', () => {
    const ahead = Float64Array.of(2, 17, 25);
    assert.deepEqual([...stretched([1.5], 10, ahead, { floor: 0, highest: 20 })], [0, 20, 25]);
  });

  it('treats past forecasts like the present one', () => {
    const past = replayed(() => 0.8);
    const bounds = { floor: 0, highest: 900 };
    const expected = stretched([1.1, 1.2], values[7]!, past.slice(14, 16), bounds);
    stretchReplayed([1.1, 1.2], values, past, origins, bounds);
    assert.deepEqual(past.slice(14, 16), expected);
  });
});
