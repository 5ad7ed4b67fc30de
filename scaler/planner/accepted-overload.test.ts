import assert from 'node:assert/strict';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import { runBacktest } from '../backtest/backtest.js';
import { recordingOfQuery } from '../backtest/recording.js';
import { clusterDefaults } from '../backtest/scaled-workload.js';
import type { Series } from '../forecast/index.js';
import type { HistorySource } from '../history/types.js';
import { WindowStore } from '../history/window-store.js';
import type { Choice } from '../policy/types.js';
import { ScalerError } from '../shared/errors.js';
import { whiteNoise } from '../shared/noise.js';
import { chooseInWorker, fitCompact } from './fit-worker.js';
import { Planner } from './planner.js';

const DAY = 86_400;
/** 2026-03-02T00:00:00Z */
const MIDNIGHT = 1_772_409_600;

/** 2 hours without a spike, on average: one minute of spike in each is 0.83 % of the time. */
const SPIKE_EVERY_MINUTES = 120;
const noise = whiteNoise(7);

/** 48, which 5 pods of 10 carry, but for one minute of 96 in every two hours, at a moment that nothing announces. */
function load(atSeconds: number): number {
  const minute = Math.floor(atSeconds / 60);
  const spike = Math.floor(SPIKE_EVERY_MINUTES * noise(Math.floor(minute / SPIKE_EVERY_MINUTES)));
  return minute % SPIKE_EVERY_MINUTES === spike ? 96 : 48;
}

/** The load at every quarter of a minute, with five minutes in which nothing was recorded. */
class Minutes implements HistorySource {
  readonly clockOffsetSeconds = 0;
  /** Minutes asked for by each query for them, and whether they are refused. */
  readonly asked: number[] = [];
  refusesMinutes = false;
  knownFrom = Number.NEGATIVE_INFINITY;
  sliceSteps(stepSeconds: number): number {
    return Math.floor((11_000 * 15) / stepSeconds);
  }
  async range(_query: string, from: number, to: number, stepSeconds: number): Promise<Series> {
    if (stepSeconds === 60 && this.refusesMinutes)
      throw new ScalerError('rejected', 'the source gives at most 300 points');
    if (stepSeconds === 60) this.asked.push((to - from) / 60);
    const length = (to - from) / stepSeconds;
    const values = new Float64Array(length);
    const peaks = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    for (let step = 0; step < length; step++)
      for (let at = from + step * stepSeconds; at < from + (step + 1) * stepSeconds; at += 60) {
        const isGap = at >= MIDNIGHT - 2 * DAY && at < MIDNIGHT - 2 * DAY + 300;
        const value = isGap || at < this.knownFrom ? Number.NaN : load(at);
        values[step]! += value / (stepSeconds / 60);
        peaks[step] = Math.max(peaks[step]!, value);
      }
    return { startSeconds: from, stepSeconds, values, peaks };
  }
  async heartbeat(from: number, to: number, stepSeconds: number): Promise<Series> {
    return { startSeconds: from, stepSeconds, values: new Float64Array((to - from) / stepSeconds).fill(1) };
  }
  async instant(_query: string, atSeconds: number) {
    return { value: load(atSeconds), atSeconds };
  }
}

const trigger = testTrigger({
  targetOverload: 0.01,
  threshold: 10,
  capacity: 10,
  podStartupSeconds: 180,
  horizonSeconds: 900,
  historySeconds: 6 * DAY,
});

describe('AcceptedOverload', () => {
  let source: Minutes;
  let clock: ManualClock;
  let planner: Planner;
  let choices: Choice[];

  beforeEach(() => {
    source = new Minutes();
    // Past the first refit of the day, wherever its trigger has it in the hour.
    clock = new ManualClock(MIDNIGHT + 2 * 3600);
    choices = [];
    const windows = new WindowStore('test', source, {}, () => undefined);
    planner = new Planner({
      clock,
      history: windows,
      fitter: {
        fit: async (series, options) => fitCompact(series(), options),
        choose: async (history, options) => chooseInWorker({ ...history(), options }),
      },
      settings: {
        refreshSeconds: 60,
        refitSeconds: 3600,
        maxStalenessSeconds: 1800,
        firstAnswerWaitSeconds: 1,
        idleSeconds: 30 * DAY,
        maxTriggersPerNamespace: 1,
        maxStepsPerNamespace: 50_000,
      },
      observer: {
        fitFinished: () => undefined,
        fitFailed: (_trigger, _seconds, error) => assert.fail(`a fit failed: ${error}`),
        policyChosen: (_trigger, choice) => choices.push(choice),
        choiceFailed: (_trigger, error) => assert.fail(`a choice failed: ${error}`),
        answerRenewed: () => undefined,
        triggerDropped: () => undefined,
      },
    });
  });

  afterEach(() => planner.close());

  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 600) await clock.advance(600);
  }

  async function firstChoice(): Promise<Choice> {
    const settled = planner.warmUp(trigger);
    await clock.advance(1);
    await settled;
    return choices.at(-1)!;
  }

  it('chooses what a backtest of the same history chooses, where spikes are shorter than a step', async () => {
    const live = await firstChoice();
    const recording = (await recordingOfQuery(source, trigger, MIDNIGHT + DAY, 7 * DAY))!;
    const from = Math.round((MIDNIGHT - recording.load.startSeconds) / 60);
    const { target } = runBacktest(recording, {
      trigger,
      setup: {
        ...clusterDefaults,
        targetPerReplica: 10,
        capacityPerReplica: 10,
        startupSeconds: 180,
        maxReplicas: 100_000,
      },
      refitSeconds: 3600,
      span: { from, to: from + 60 },
    });
    const { minutesProblem, ...choice } = live;
    assert.equal(minutesProblem, undefined);
    assert.equal(choice.boundarySeconds, MIDNIGHT);
    assert.deepEqual(choice, target!.choices[0]);
    // The truth: 5 pods carry all but the spikes, which are 0.83 % of the time and so accepted.
    assert.equal(live.chosen!.held, true);
    assert.ok(Math.abs(live.chosen!.overloadedShare - 1 / SPIKE_EVERY_MINUTES) < 0.0005);
    assert.ok(live.chosen!.podHoursPerDay < 1.1 * 5 * 24, `${live.chosen!.podHoursPerDay}`);
  }).timeout(60_000);

  it('reads the new minutes once a day', async () => {
    await firstChoice();
    const minutes = () => source.asked.reduce((sum, count) => sum + count, 0);
    const first = minutes();
    // The choice replays 5 days less one to learn from; held is a day, a refit and a margin more.
    assert.equal(first, (5 * DAY + DAY + 3600 + 600) / 60);
    // From one day's first fit to the next day's.
    await pass(DAY);
    const known = source.asked.length;
    await pass(DAY);
    assert.deepEqual(source.asked.slice(known), [1440]);
    assert.equal(choices.length, 3);
  }).timeout(120_000);

  it('chooses again when a part of the past comes late, as a replica does that starts then', async () => {
    source.knownFrom = MIDNIGHT - 3600;
    const short = await firstChoice();
    assert.equal(short.chosen, undefined);
    source.knownFrom = Number.NEGATIVE_INFINITY;
    await clock.advance(180);
    await pollUntil('another choice', () => choices.length > 1);
    const [running] = choices.splice(0).slice(-1);
    await planner.close();
    planner = new Planner(planner.parts);
    assert.deepEqual(running, await firstChoice());
    assert.equal(running!.chosen!.held, true);
  }).timeout(60_000);

  it('makes do with the maxima of steps, says why, and chooses again when the minutes come', async () => {
    source.refusesMinutes = true;
    const makeshift = await firstChoice();
    assert.match(makeshift.minutesProblem!, /at most 300 points/);
    // A maximum stands for two minutes of five: more than is accepted, so pods are kept for every spike.
    assert.ok(makeshift.chosen!.podHoursPerDay > 1.3 * 5 * 24, `${makeshift.chosen!.podHoursPerDay}`);
    await pass(2 * 3600);
    assert.equal(choices.length, 1, 'it is said once');
    source.refusesMinutes = false;
    await pass(3 * 3600);
    assert.deepEqual(
      choices.map(({ minutesProblem }) => minutesProblem === undefined),
      [false, true],
    );
  }).timeout(120_000);
});
