import assert from 'node:assert/strict';
import { readable } from '../regression/features.js';
import { recentPast } from '../regression/recent-past.js';
import { forecastByMoments } from './nearest-moments.js';

const DAY_STEPS = 96;

function foretold(values: Float64Array, t: number, count: number): Float64Array {
  const past = recentPast(values, DAY_STEPS)!;
  const out = new Float64Array(count);
  forecastByMoments(readable(past, DAY_STEPS, undefined, true), t, count, out, 0);
  return out;
}

describe('the nearest moments', () => {
  it('go on as the days that began alike did, not as the others', () => {
    // Every third day rises slowly from 08:00 and doubles at noon; the others stay.
    const load = (t: number) => {
      const hour = (t % DAY_STEPS) / 4;
      const isSpecial = Math.floor(t / DAY_STEPS) % 3 === 0;
      if (!isSpecial || hour < 8) return 100;
      return hour < 12 ? 100 + 5 * (hour - 8) : 200;
    };
    const values = Float64Array.from({ length: 25 * DAY_STEPS }, (_, t) => load(t));
    // Day 24 is special, day 23 is not; at 11:45 noon is one step away.
    const atNoon = (day: number) => foretold(values, day * DAY_STEPS + 47, 4)[3]!;
    assert.ok(Math.abs(atNoon(24) - 200) < 15, `special day: ${atNoon(24)}`);
    assert.ok(Math.abs(atNoon(23) - 100) < 5, `other day: ${atNoon(23)}`);
  });

  it('know nothing while the past holds too few moments', () => {
    const values = Float64Array.from({ length: DAY_STEPS }, (_, t) => 100 + (t % 7));
    assert.ok(foretold(values, DAY_STEPS - 1, 4).every(Number.isNaN));
  });
});
