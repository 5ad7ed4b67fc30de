import assert from 'node:assert/strict';
import { type FitOptions, fit, forecast, lookedAt, update } from '../index.js';
import { spreadOrigins } from '../origins.js';
import { readable as readableOf, sameTimeBefore } from './features.js';
import { addRow, normalEquations, solve } from './normal-equations.js';
import { appendToPast, newestOfPast, recentPast } from './recent-past.js';
import { fitRegression, projectRegression } from './regression.js';

const DAY_STEPS = 48;
const noise = (t: number) => Math.sin(t * t * 0.731 + t * 12.9898);
const options: FitOptions = { horizonSteps: 4, seasonality: 'auto', timezone: 'UTC' };

/** Each day has a size of its own, the one that the same weekday had a week before: 1, 3, 2, 5, 4, 2, 6. */
const SIZES = [1, 3, 2, 5, 4, 2, 6];
const weekday = (t: number) =>
  100 + 10 * SIZES[Math.floor(t / DAY_STEPS) % 7]! * (1 - Math.cos((2 * Math.PI * t) / DAY_STEPS)) + noise(t);
const generate = (count: number, load: (t: number) => number) =>
  Float64Array.from({ length: count }, (_, t) => load(t));
const readable = (values: Float64Array, clockSteps?: Int32Array) =>
  readableOf(recentPast(values, DAY_STEPS)!, DAY_STEPS, clockSteps, true);
const regressionOf = (values: Float64Array) => {
  const read = readable(values);
  const origins = spreadOrigins(values.length, values.length >> 1, values.length, DAY_STEPS, 4);
  return { read, origins, fitted: fitRegression(read, values, origins)! };
};

describe('normal equations', () => {
  it('give the weights of a plane that the rows lie on', () => {
    const equations = normalEquations(3);
    const rows = Array.from({ length: 20 }, (_, i) => [1, noise(i), noise(3 * i + 1)]);
    for (const row of rows)
      addRow(equations, Float64Array.from(row), 0, 2 + 3 * row[1]! - 4 * row[2]!, 1 + row[1]! ** 2);
    [...solve(equations, 1e-9)].forEach((weight, i) => {
      assert.ok(Math.abs(weight - [2, 3, -4][i]!) < 1e-6, `weight ${i}: ${weight}`);
    });
  });

  it('stay small where two features tell the same, by the ridge', () => {
    const equations = normalEquations(3);
    for (let i = 0; i < 20; i++) addRow(equations, Float64Array.of(1, noise(i), noise(i)), 0, noise(i), 1);
    const [, one, other] = solve(equations, 0.01);
    assert.ok(Math.abs(one! - 0.5) < 0.01 && Math.abs(other! - 0.5) < 0.01, `${one}, ${other}`);
  });
});

describe('the regression', () => {
  it('follows the same time last week where days differ and weeks repeat', () => {
    const values = generate(28 * DAY_STEPS + 14, weekday);
    const { read, fitted } = regressionOf(values);
    const at = values.length;
    projectRegression(fitted.regression, read, 4).forEach((value, h) => {
      // Noise of up to 1 to either side is in the load and in what it looks at.
      assert.ok(Math.abs(value - weekday(at + h)) < 4, `step ${h}: ${value}, came ${weekday(at + h)}`);
    });
    const weights = new Map(lookedAt(fitted.regression).map(({ what, weight }) => [what, weight]));
    assert.ok(weights.get('the same time last week')! > weights.get('the same time yesterday')!);
  });

  it('replays forecasts that know nothing of what came after the day of their origin', () => {
    const values = generate(20 * DAY_STEPS, weekday);
    const { fitted, origins } = regressionOf(values);
    const changed = values.slice();
    const later = 18 * DAY_STEPS;
    for (let t = later; t < changed.length; t++) changed[t] = 500 - changed[t]!;
    const other = regressionOf(changed).fitted;
    let compared = 0;
    // The scale of the past is that of the whole series, so numbers differ a little.
    for (let i = 0; origins.steps[0]! + i + 4 < later; i++) {
      const [one, two] = [fitted.replayed[4 * i + 3]!, other.replayed[4 * i + 3]!];
      if (Number.isNaN(one + two)) continue;
      assert.ok(Math.abs(one - two) < 5, `origin ${origins.steps[0]! + i}: ${one}, ${two}`);
      compared++;
    }
    assert.ok(compared > 100);
  });

  it('finds the same time yesterday by the wall clock when it moved by an hour', () => {
    const values = generate(4 * DAY_STEPS, weekday);
    // Two steps of half an hour: clocks went forward at step 120.
    const clockSteps = Int32Array.from({ length: values.length + 4 }, (_, t) => (t >= 120 ? 2 : 0));
    const read = readable(values, clockSteps);
    assert.equal(sameTimeBefore(read, 150, 1), 150 - DAY_STEPS + 2);
    assert.equal(sameTimeBefore(read, 180, 1), 180 - DAY_STEPS);
  });

  it('is the same in every replica: fitted once, then carried on', () => {
    const values = generate(20 * DAY_STEPS, weekday);
    const series = { startSeconds: 0, stepSeconds: 1800, values };
    const [one, two] = [fit(series, options), fit(series, options)];
    for (const model of [one, two])
      for (let t = values.length; t < values.length + 30; t++)
        update(model, t % 9 === 0 ? Number.NaN : weekday(t), weekday(t));
    assert.deepEqual(forecast(one, 4, [0.9]), forecast(two, 4, [0.9]));
    assert.ok(one.mean.companions!.regression);
  });

  it('takes gaps, zeros and counts, and never forecasts less than nothing', () => {
    const counts = generate(16 * DAY_STEPS, (t) => {
      if (t > 300 && t < 330) return Number.NaN;
      return t % DAY_STEPS < 14 ? 0 : Math.round(3 + 3 * noise(t));
    });
    const model = fit({ startSeconds: 0, stepSeconds: 1800, values: counts }, options);
    for (let t = counts.length; t < counts.length + 2 * DAY_STEPS; t++) {
      const { mean } = forecast(model, 4, []);
      for (const value of mean) assert.ok(value >= 0 && value < 12, `${value}`);
      update(model, t % 7 === 0 ? Number.NaN : 0, 0);
    }
  });

  it('learns loads below 0 as well', () => {
    const below = generate(16 * DAY_STEPS, (t) => weekday(t) - 200);
    const model = fit({ startSeconds: 0, stepSeconds: 1800, values: below }, options);
    const [next] = forecast(model, 4, []).mean;
    assert.ok(Math.abs(next! - (weekday(below.length) - 200)) < 25, `${next}`);
  });

  it('leaves single wild steps out when it looks at earlier days, and keeps what recurs', () => {
    const spike = (t: number) =>
      t === 200 || (t % DAY_STEPS === 20 && t >= 4 * DAY_STEPS) ? 5000 : weekday(t);
    const read = readable(generate(8 * DAY_STEPS, spike));
    assert.ok(read.raw[200]! > 3 && read.calm[200]! < 3);
    // The first of the daily spikes could be anything; from the second on it is a rhythm.
    assert.equal(read.calm[5 * DAY_STEPS + 20], read.raw[5 * DAY_STEPS + 20]);
  });

  it('leaves out of a past that moves on what it leaves out of a past that is known at once', () => {
    const load = generate(9 * DAY_STEPS, (t) => (t % 97 === 50 || t % DAY_STEPS === 30 ? 5000 : weekday(t)));
    const whole = recentPast(load, DAY_STEPS)!;
    const known = 5 * DAY_STEPS;
    const begun = { ...whole, raw: whole.raw.slice(0, known), calm: whole.calm.slice(0, known) };
    begun.calm[known - 1] = begun.raw[known - 1]!;
    const moving = newestOfPast(begun, 4 * DAY_STEPS, DAY_STEPS);
    for (const value of load.subarray(known)) appendToPast(moving, value, DAY_STEPS);
    moving.calm.forEach((value, i) => {
      assert.ok(Math.abs(value - whole.calm.at(i - 4 * DAY_STEPS)!) < 1e-12, `step ${i}: ${value}`);
    });
    assert.ok(whole.calm.some((value, t) => value !== whole.raw[t]));
  });
});
