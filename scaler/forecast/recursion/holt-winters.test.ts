import assert from 'node:assert/strict';
import type { Member, SmoothingParameters } from '../types.js';
import { type PassRecord, project, smooth, type Track } from './holt-winters.js';

const LOAD = Float64Array.of(12, 18, 25, 14, 13, 20, 27, 15, 15, 21, 29, 16, 14, 23, 31, 18);
/** So many visits that the gain is gamma, as in the textbook. */
const SETTLED = 1e9;

const still: SmoothingParameters = { alpha: 0, beta: 0, phi: 1, gamma: 0, omega: 0, kappa: 0, rho: 0 };

function memberOf(
  parameters: Partial<SmoothingParameters>,
  level: number,
  trend: number,
  seasons: readonly (readonly number[])[],
  visits = SETTLED,
): Member {
  return {
    name: 'test',
    form: 'additive',
    logOffset: 0,
    parameters: { ...still, ...parameters },
    level,
    trend,
    deviation: 0,
    clip: Number.POSITIVE_INFINITY,
    beforeWild: new Float64Array(8),
    seasons: seasons.map((effects) => ({
      periodSeconds: effects.length,
      effects: Float64Array.from(effects),
      visits: new Float64Array(effects.length).fill(visits),
    })),
  };
}

/** Slots of a track on which step 0 is slot 0 of every season. */
function trackOf(values: Float64Array, ...lengths: readonly number[]): Track {
  const slots = lengths.map((length) =>
    Int32Array.from({ length: values.length + 12 }, (_, t) => t % length),
  );
  return { values, slots };
}

function assertClose(actual: Iterable<number>, expected: readonly number[], within = 1e-9): void {
  const list = [...actual];
  assert.equal(list.length, expected.length);
  list.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= within, `at ${i}: ${value}, expected ${expected[i]}`);
  });
}

describe('smooth', () => {
  // R: HoltWinters(ts(x, frequency = 4), alpha = 0.3, beta = 0.1, gamma = 0.4,
  //                l.start = 17, b.start = 0.5, s.start = c(-5, 1, 7, -3)); R starts after the first season.
  it('is additive Holt-Winters as in R', () => {
    const member = memberOf({ alpha: 0.3, beta: 0.1, gamma: 0.4 }, 17, 0.5, [[-5, 1, 7, -3]]);
    smooth(member, trackOf(LOAD, 4), 4, LOAD.length);
    assertClose([member.level, member.trend], [22.51134438144, 0.45535405859]);
    assertClose(member.seasons[0]!.effects, [-5.55568214531, 1.32774592718, 8.0603179271, -4.24907716213]);
    // R: predict(fit, 6)
    const out = new Float64Array(6);
    project(member, trackOf(LOAD, 4).slots, LOAD.length, 6, out, 0);
    assertClose(
      out,
      [17.4110162947, 24.7497984258, 31.9377244843, 20.0836834537, 19.2324325291, 26.5712146602],
    );
  });

  // R: ets(ts(x), model = "AAN", damped = TRUE, alpha = 0.4, beta = 0.1, phi = 0.9), which finds this initial state;
  // its beta is alpha times ours.
  it('damps the trend as in R', () => {
    const parameters = { alpha: 0.4, beta: 0.1 / 0.4, phi: 0.9 };
    const member = memberOf(parameters, 14.24551482259917, 1.26867700475212, []);
    smooth(member, trackOf(LOAD), 0, LOAD.length);
    assertClose([member.level, member.trend], [22.399174309087, 0.296138739761]);
    const out = new Float64Array(4);
    project(member, [], 0, 4, out, 0);
    assertClose(out, [22.6656991749, 22.9055715541, 23.1214566954, 23.3157533225]);
  });

  // R, the component form of Taylor (2003), one update of level l, seasons D (2 steps) and W (4 steps):
  //   ln <- a*(x-D[i]-W[j]) + (1-a)*l; dn <- d*(x-ln-W[j]) + (1-d)*D[i]; wn <- w*(x-ln-D[i]) + (1-w)*W[j]
  // with a = 0.3, d = 0.2, w = 0.4, l = 17, D = c(-2, 2), W = c(-3, -1, 5, -1) over x.
  it('runs two seasons as Taylor does', () => {
    const member = memberOf({ alpha: 0.3, gamma: 0.2, omega: 0.4 }, 17, 0, [
      [-2, 2],
      [-3, -1, 5, -1],
    ]);
    smooth(member, trackOf(LOAD, 2, 4), 0, LOAD.length);
    assertClose(
      [member.level, ...member.seasons[0]!.effects, ...member.seasons[1]!.effects],
      [
        20.4455877225528, 0.0293117686387, 1.5786291685526, -3.40021655842, 1.1253376815580001,
        9.4588400956974, -3.9680793444527,
      ],
    );
  });

  // R: r <- 0; for (v in c(1, 3, 2, 5, 4, 6)) r <- 0.8 * r + 0.5 * (v - 0.8 * r)
  it('smooths the deviation as an ARMA(1,1) error, and lets it fade in the forecast', () => {
    const values = Float64Array.of(1, 3, 2, 5, 4, 6);
    const member = memberOf({ kappa: 0.5, rho: 0.8 }, 0, 0, []);
    smooth(member, trackOf(values), 0, values.length);
    assertClose([member.deviation], [4.30752]);
    const out = new Float64Array(2);
    project(member, [], 0, 2, out, 0);
    assertClose(out, [0.8 * 4.30752, 0.64 * 4.30752]);
  });

  it('learns a new slot as a running mean until gamma is more', () => {
    const values = Float64Array.of(4, 8, 0, 12);
    const member = memberOf({ gamma: 0.3 }, 0, 0, [[0]], 0);
    smooth(member, trackOf(values, 1), 0, 3);
    assertClose(member.seasons[0]!.effects, [(4 + 8 + 0) / 3]);
    smooth(member, trackOf(values, 1), 3, 4);
    assertClose(member.seasons[0]!.effects, [4 + 0.3 * (12 - 4)]);
  });

  it('does not let one incident bend the season', () => {
    const values = Float64Array.of(10, 10, 1000, 1000, 10, 10);
    const free = memberOf({ alpha: 0.1, gamma: 0.5 }, 10, 0, [[0, 0, 0, 0, 0, 0]]);
    const clipped = { ...structuredClone(free), clip: 5 };
    for (const member of [free, clipped]) smooth(member, trackOf(values, 6), 0, 4);
    assert.ok(free.seasons[0]!.effects[2]! > 400);
    assertClose([clipped.seasons[0]!.effects[2]!], [0.5 * 0.9 * 5]);
  });

  it('takes a single wild step back once the next one is as it was expected before', () => {
    const start = memberOf({ alpha: 0.2, beta: 0.1, phi: 0.9, gamma: 0.5, kappa: 1, rho: 0.9 }, 10, 0, [
      [0, 0, 0],
    ]);
    const passed = (...values: readonly number[]) => {
      const member = { ...structuredClone(start), clip: 5 };
      smooth(member, trackOf(Float64Array.from(values), 3), 0, values.length);
      return member;
    };
    const back = passed(10, 1000, 10);
    assertClose([back.level, back.trend, back.deviation, ...back.seasons[0]!.effects], [10, 0, 0, 0, 0, 0]);
    // Two steps in a row are a new level that the deviation follows.
    assert.ok(passed(10, 1000, 1000).deviation > 900);
  });

  it('keeps level and season over unknown steps, while trend and deviation fade', () => {
    const values = Float64Array.of(Number.NaN, Number.NaN);
    const member = {
      ...memberOf({ alpha: 0.5, gamma: 0.5, phi: 0.9, rho: 0.8 }, 10, 0, [[3]]),
      deviation: 5,
    };
    smooth(member, trackOf(values, 1), 0, 2);
    assertClose([member.level, member.deviation, member.seasons[0]!.effects[0]!], [10, 5 * 0.64, 3]);
  });

  it('gives the same in one pass as step by step', () => {
    const start = memberOf({ alpha: 0.3, beta: 0.1, phi: 0.95, gamma: 0.4, kappa: 0.5, rho: 0.7 }, 17, 0.5, [
      [-5, 1, 7, -3],
    ]);
    const whole = structuredClone(start);
    const stepwise = structuredClone(start);
    smooth(whole, trackOf(LOAD, 4), 0, LOAD.length);
    for (let t = 0; t < LOAD.length; t++) smooth(stepwise, trackOf(LOAD, 4), t, t + 1);
    assert.deepEqual(stepwise, whole);
  });

  it('records the errors that forecasts from each step would have had', () => {
    const track = trackOf(LOAD, 4);
    const start = memberOf({ alpha: 0.3, beta: 0.1, phi: 0.9, gamma: 0.4 }, 17, 0.5, [[-5, 1, 7, -3]]);
    const record: PassRecord = {
      from: 3,
      stepsAhead: [1, 2, 5],
      errors: [1, 2, 5].map(() => new Float64Array(LOAD.length)),
      remainder: new Float64Array(LOAD.length),
    };
    smooth(structuredClone(start), track, 0, LOAD.length, record);
    const member = structuredClone(start);
    const out = new Float64Array(5);
    for (let t = 0; t < LOAD.length; t++) {
      smooth(member, track, t, t + 1);
      project(member, track.slots, t + 1, 5, out, 0);
      if (t < record.from) continue;
      record.stepsAhead.forEach((ahead, k) => {
        const error = LOAD[t + ahead]! - out[ahead - 1]!;
        if (t + ahead < LOAD.length) assertClose([record.errors[k]![t]!], [error]);
        else assert.ok(Number.isNaN(record.errors[k]![t]!));
      });
    }
  });
});
