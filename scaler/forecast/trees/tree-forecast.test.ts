import assert from 'node:assert/strict';
import { type FitOptions, fit, forecast, update } from '../index.js';
import { spreadOrigins } from '../origins.js';
import { readable as readableOf } from '../regression/features.js';
import { fromPastScale, recentPast } from '../regression/recent-past.js';
import { fitTrees, projectTrees } from './tree-forecast.js';

const DAY_STEPS = 48;
const options: FitOptions = { horizonSteps: 8, seasonality: 'auto', timezone: 'UTC' };
const noise = (t: number) => Math.sin(t * t * 0.731 + t * 12.9898);
const generate = (count: number, load: (t: number) => number) =>
  Float64Array.from({ length: count }, (_, t) => load(t));
const daily = (t: number) => 100 + 40 * Math.sin((2 * Math.PI * t) / DAY_STEPS) + noise(t);
const slots = (from: number, count: number) => generate(count, (t) => (from + t) % DAY_STEPS);
const grow = (values: Float64Array) => {
  const past = recentPast(values, DAY_STEPS)!;
  const read = readableOf(past, DAY_STEPS, undefined, true);
  const origins = spreadOrigins(values.length, values.length >> 1, values.length, DAY_STEPS, 8);
  const daySlots = Int32Array.from(slots(0, values.length + 8));
  return { past, read, origins, fitted: fitTrees(read, values, origins, daySlots) };
};

describe('the trees', () => {
  it('go on step by step from their own forecasts', () => {
    const values = generate(20 * DAY_STEPS + 7, daily);
    const { read, fitted } = grow(values);
    const ahead = Int32Array.from(slots(values.length, 8));
    projectTrees(fitted!.trees, read, ahead).forEach((value, h) => {
      const came = daily(values.length + h);
      assert.ok(Math.abs(value - came) < 6, `step ${h}: ${value}, came ${came}`);
    });
  });

  it('replay forecasts that know nothing of what came after the older half of the rows', () => {
    const values = generate(20 * DAY_STEPS, daily);
    const { origins, fitted } = grow(values);
    const later = 18 * DAY_STEPS;
    const { fitted: other } = grow(values.map((value, t) => (t >= later ? 300 - value : value)));
    let compared = 0;
    origins.steps.forEach((t, i) => {
      const [one, two] = [fitted!.replayed[8 * i]!, other!.replayed[8 * i]!];
      if (t + 8 >= later || Number.isNaN(one + two)) return;
      // The scale of the past and the bins are those of the whole series, so numbers differ a little.
      assert.ok(Math.abs(one - two) < 8, `origin ${t}: ${one}, ${two}`);
      compared++;
    });
    assert.ok(compared > 100, `${compared}`);
  });

  it('are not there before there is a day of rows to learn from', () => {
    assert.equal(grow(generate(3 * DAY_STEPS, daily)).fitted, undefined);
    assert.ok(grow(generate(4 * DAY_STEPS, daily)).fitted);
  });

  it('learn a load that reacts otherwise at night than by day', () => {
    // A jump by day lasts for hours, one at night is over with the next step: a weighted sum cannot tell them apart.
    const isDay = (t: number) => t % DAY_STEPS >= 16 && t % DAY_STEPS < 40;
    const values = new Float64Array(28 * DAY_STEPS);
    let extra = 0;
    for (let t = 0; t < values.length; t++) {
      extra = isDay(t) ? 0.9 * extra : 0;
      if ((t * 37) % 11 === 0) extra += 40;
      values[t] = 100 + extra + noise(t);
    }
    const { past, fitted } = grow(values);
    const errors = (at: (t: number) => boolean) => {
      let sum = 0;
      let count = 0;
      for (let t = 14 * DAY_STEPS; t < values.length - 2; t++) {
        if ((t * 37) % 11 !== 0 || ((t + 1) * 37) % 11 === 0 || !at(t)) continue;
        const known = readableOf(
          { ...past, raw: past.raw.slice(0, t + 1), calm: past.calm.slice(0, t + 1) },
          DAY_STEPS,
          undefined,
          true,
        );
        const [next] = projectTrees(fitted!.trees, known, Int32Array.of((t + 1) % DAY_STEPS));
        sum += Math.abs(next! - values[t + 1]!);
        count++;
      }
      return sum / count;
    };
    const atNight = errors((t) => t % DAY_STEPS < 15 || t % DAY_STEPS > 40);
    const byDay = errors((t) => t % DAY_STEPS > 17 && t % DAY_STEPS < 38);
    assert.ok(atNight < 10, `at night ${atNight}`);
    assert.ok(byDay < 15, `by day ${byDay}`);
    assert.equal(fromPastScale(past, past.raw[0]!).toFixed(6), values[0]!.toFixed(6));
  });

  it('are the same in every replica: grown once, then carried on', () => {
    const series = { startSeconds: 0, stepSeconds: 1800, values: generate(20 * DAY_STEPS, daily) };
    const [one, two] = [fit(series, options), fit(series, options)];
    for (const model of [one, two])
      for (let t = series.values.length; t < series.values.length + 30; t++)
        update(model, t % 9 === 0 ? Number.NaN : daily(t), daily(t));
    assert.ok(one.mean.companions!.trees);
    assert.deepEqual(forecast(one, 8, [0.9]), forecast(two, 8, [0.9]));
  });
});
