import assert from 'node:assert/strict';
import { testSetup } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad, wanderingLoad } from '../../test/support/backtest/load.js';
import { oracleSignal } from '../backtest/baselines.js';
import { recordingOfSamples } from '../backtest/recording.js';
import { cheapestWithin, sweepUtilization } from '../backtest/sweep.js';
import type { Series } from '../forecast/index.js';
import { cutSeries } from '../forecast/series.js';
import type { Samples } from '../history/samples.js';
import { whiteNoise } from '../shared/noise.js';
import { choiceBoundarySeconds, choosePolicy } from './choose.js';
import type { Load } from './load.js';
import { policyInWords, policyLoad } from './policy-load.js';
import type { Choice } from './types.js';

const DAY = 86_400;
const CAPACITY = 10;

/** A choice from this history, with pods that start in 3 minutes. */
function chooseFrom(
  steps: Series,
  load: Load | undefined,
  boundarySeconds: number,
  targetOverload: number,
  { timezone = 'UTC', historySeconds = 14 * DAY } = {},
): Choice {
  const history = cutSeries(steps, boundarySeconds - historySeconds, boundarySeconds + DAY);
  return choosePolicy(history, load, {
    boundarySeconds,
    startupSeconds: 180,
    fit: { horizonSteps: 4, spanSteps: 3, seasonality: 'auto', timezone, windowSeconds: historySeconds },
    targetOverload,
    capacity: CAPACITY,
    pods: { startupMinutes: 3, minReplicas: 1, maxReplicas: 1000, tolerance: 0.1 },
  });
}

function choose(
  samples: Samples,
  targetOverload: number,
  options?: Parameters<typeof chooseFrom>[4],
): Choice {
  const { steps, load } = recordingOfSamples(samples, 300);
  return chooseFrom(steps, load, samples.timestamps.at(-1)! + 60, targetOverload, options);
}

/** A smooth day between 20 and 180: pods must follow it, and nothing about it is a surprise. */
const smoothDay = (minute: number) => 100 - 80 * Math.cos((2 * Math.PI * minute) / 1440);

describe('choosePolicy', () => {
  it('keeps pods close to what a predictable load needs', () => {
    const { chosen, reactive, days } = choose(minuteSamples(10, smoothDay), 0.01);
    assert.equal(days, 7);
    assert.equal(chosen!.held, true);
    assert.equal(chosen!.policy.basis, 'forecast');
    assert.ok(chosen!.overloadedShare <= 0.01);
    // The truth: an HPA that knows the next quarter of an hour, at the cheapest of all targets that keep 1 %.
    const { load } = recordingOfSamples(minuteSamples(7, smoothDay), 300);
    const week = { from: 0, to: 7 * 1440 };
    const setup = { ...testSetup, startupSeconds: 180, syncSeconds: 60 };
    const oracle = sweepUtilization(oracleSignal(load, week, 15), load.demand, setup, 0.2);
    const podHoursPerDay = cheapestWithin(oracle, 0.01)!.podHours / 7;
    // Beside that: 1.3 % of margin, headrooms that are 2.5 % apart, and what is rounded up to whole pods.
    assert.ok(
      chosen!.podHoursPerDay <= 1.05 * podHoursPerDay,
      `${chosen!.podHoursPerDay}, an oracle ${podHoursPerDay} pod-hours a day`,
    );
    assert.ok(chosen!.podHoursPerDay <= reactive!.podHoursPerDay);
  });

  it('waits with a floor for bursts that nothing announces', () => {
    const noise = whiteNoise(7);
    const starts = Array.from({ length: 10 * 8 }, (_, i) => 180 * i + Math.floor(160 * noise(i + 1)));
    const inBurst = (minute: number) => {
      const start = starts[Math.floor(minute / 180)]!;
      return minute >= start && minute < start + 12;
    };
    // Eight bursts a day leave whoever only follows them short for 4 minutes each: 2 % of the day.
    const choice = choose(
      minuteSamples(10, (minute) => (inBurst(minute) ? 145 : 48)),
      0.002,
    );
    const { policy, weekFloor, held } = choice.chosen!;
    assert.equal(held, true);
    const calm = policyLoad(policy, weekFloor, { now: 48, recent: 48, hours: 145, peak: 48 });
    assert.ok(Math.ceil(calm / CAPACITY) >= 15, `${policyInWords(policy)} keeps pods for ${calm}`);
  });

  it('asks for no more than the load now with a margin would, where there is nothing to forecast', () => {
    const { chosen, reactive } = choose(minuteSamples(10, wanderingLoad()), 0.01);
    assert.equal(chosen!.held, true);
    assert.ok(chosen!.podHoursPerDay <= 1.02 * reactive!.podHoursPerDay);
  });

  it('raises the load by a margin that shrinks with the evidence', () => {
    const week = choose(minuteSamples(10, officeLoad), 0.01);
    const rare = choose(minuteSamples(10, officeLoad), 0.002);
    const short = choose(minuteSamples(4, officeLoad), 0.01);
    // 6 % over the square root of the clusters of 5 minutes: 1 % of 7 days is 100.8 minutes, 0.2 % is 20.16, 1 % of 2 days 28.8.
    assert.equal(week.margin.toFixed(4), (0.06 / Math.sqrt(100.8 / 5)).toFixed(4));
    assert.equal(rare.margin.toFixed(4), (0.06 / Math.sqrt(20.16 / 5)).toFixed(4));
    assert.equal(short.days, 2);
    assert.equal(short.margin.toFixed(4), (0.06 / Math.sqrt(28.8 / 5)).toFixed(4));
    assert.ok(rare.chosen!.podHoursPerDay >= week.chosen!.podHoursPerDay);
  });

  it('does not keep pods on all days for one such as never came before', () => {
    const calm = choose(minuteSamples(10, smoothDay), 0.01).chosen!;
    const outlier = (minute: number) =>
      Math.floor(minute / 1440) === 6 && minute % 1440 >= 600 && minute % 1440 < 720;
    const after = choose(
      minuteSamples(10, (minute) => (outlier(minute) ? 20 : 1) * smoothDay(minute)),
      0.01,
    ).chosen!;
    const usual = (choice: typeof calm) => choice.policy.headroom;
    assert.ok(usual(after) < 1.4 * usual(calm), `${usual(after)} after ${usual(calm)}`);
    assert.ok(after.weekFloor < 2 * 180);
  });

  it('changes in bounded steps from day to day', () => {
    const restless = whiteNoise(3);
    // A week of restless load, then calm days: the pods that the restless days took are given back little by little.
    const load = (minute: number) =>
      minute < 8 * 1440 ? 100 + 80 * restless(Math.floor(minute / 7) + 1) : 100;
    const samples = minuteSamples(15, load);
    const { steps, load: minutes } = recordingOfSamples(samples, 300);
    const start = samples.timestamps[0]!;
    let before = Number.POSITIVE_INFINITY;
    for (const day of [12, 13, 14, 15]) {
      const { policy, weekFloor } = chooseFrom(steps, minutes, start + day * DAY, 0.01).chosen!;
      const now = policyLoad(policy, weekFloor, { now: 100, recent: 100, hours: 100, peak: 100 });
      // A tenth of the pods, and a whole pod where they do not divide.
      if (Number.isFinite(before)) assert.ok(now >= 0.8 * before, `${now} after ${before}`);
      before = now;
    }
  });

  it('says that it chooses nothing while there are less than two days to replay', () => {
    const { days, chosen, reactive, margin } = choose(minuteSamples(2, officeLoad), 0.01);
    assert.deepEqual(
      { days, chosen, reactive, margin },
      { days: 0, chosen: undefined, reactive: undefined, margin: 0 },
    );
    assert.notEqual(choose(minuteSamples(3, officeLoad), 0.01).chosen, undefined);
  });

  it('rests on the past until its boundary alone', () => {
    const samples = minuteSamples(20, (minute) => officeLoad(minute) * (1 + 0.2 * whiteNoise(5)(minute + 1)));
    const { steps, load } = recordingOfSamples(samples, 300);
    const boundary = samples.timestamps[0]! + 17 * DAY;
    const whole = chooseFrom(steps, load, boundary, 0.01);
    // A replica that started later holds less of the past; one that asks later knows more of the time after.
    const restarted = cutSeries(steps, steps.startSeconds + 3 * DAY, boundary);
    const restartedLoad: Load = {
      ...load,
      startSeconds: load.startSeconds + 9 * DAY,
      demand: load.demand.slice(9 * 1440, 17 * 1440),
      observed: load.observed.slice(9 * 1440, 17 * 1440),
    };
    assert.deepEqual(chooseFrom(restarted, restartedLoad, boundary, 0.01), whole);
  });

  it('is the same in every replica, and holds, on the days around a change of the clocks', () => {
    // 2026-03-29 is the day on which Berlin's clocks go forward. The load follows them: it rises at 9:00 local time.
    const start = Date.parse('2026-03-16T00:00Z') / 1000;
    const change = Date.parse('2026-03-29T01:00Z') / 1000;
    const local = (at: number) => at + (at < change ? 3600 : 7200);
    const days = 17;
    const timestamps = Float64Array.from({ length: days * 1440 }, (_, minute) => start + 60 * minute);
    const values = timestamps.map((at) => {
      const hour = (local(at) % DAY) / 3600;
      return hour >= 9 && hour < 17 ? 105 : 25;
    });
    const { steps, load } = recordingOfSamples({ timestamps, values }, 300);
    for (const day of [13, 14, 15, 16]) {
      const boundary = start + day * DAY;
      assert.equal(choiceBoundarySeconds(boundary + 86_399), boundary);
      const one = chooseFrom(steps, load, boundary, 0.01, {
        timezone: 'Europe/Berlin',
        historySeconds: 12 * DAY,
      });
      const restarted = cutSeries(steps, start + (day - 12) * DAY, start + days * DAY);
      const other = chooseFrom(restarted, load, boundary, 0.01, {
        timezone: 'Europe/Berlin',
        historySeconds: 12 * DAY,
      });
      assert.deepEqual(other, one);
      assert.equal(one.chosen!.held, true);
    }
  });
});

describe('policyLoad', () => {
  const policy = {
    basis: 'forecast',
    quantile: 0.9,
    headroom: 1.1,
    floor: { from: 'hours', share: 0.5 },
  } as const;

  it('is the headroom on the larger of forecast and load, and at least the floor', () => {
    const load = (known: object) =>
      policyLoad(policy, 0, { now: 50, recent: 60, hours: 80, peak: 70, ...known });
    assert.equal(load({}).toFixed(6), '77.000000');
    assert.equal(load({ now: 100 }).toFixed(6), '110.000000');
    assert.equal(load({ hours: 200 }), 100);
    assert.equal(load({ peak: Number.NaN }).toFixed(6), '55.000000');
    assert.ok(Number.isNaN(load({ peak: Number.NaN, now: Number.NaN })));
    assert.equal(
      policyLoad({ ...policy, floor: { from: 'week', share: 0.98 } }, 90, {
        now: 50,
        recent: 60,
        hours: 80,
        peak: 70,
      }),
      90,
    );
  });

  it('is said in words', () => {
    assert.equal(
      policyInWords(policy),
      '110 % of the load forecast for the time in which a pod starts, at quantile 0.9, and at least 50 % of the highest load of the last 3 hours',
    );
  });
});
