import assert from 'node:assert/strict';
import { ManualClock } from '../../test/support/manual-clock.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import { clusterDefaults, ScaledWorkload } from '../backtest/scaled-workload.js';
import type { Series } from '../forecast/index.js';
import type { HistoryProvider, HistoryRequest, TriggerHistory } from '../history/types.js';
import { whiteNoise } from '../shared/noise.js';
import { chooseInWorker, fitCompact } from './fit-worker.js';
import { Planner } from './planner.js';
import type { Fitter, PlannerObserver } from './ports.js';
import type { Snapshot } from './types.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const SETTLE = 30;
/** 2026-03-29T00:00:00Z, a Sunday: at 01:00Z the clocks of Berlin go from 02:00 to 03:00. */
const dstMidnight = Date.UTC(2026, 2, 29) / 1000;

/** Loads of each minute in memory, known since a moment. */
class Loads implements HistoryProvider {
  constructor(
    readonly load: (atSeconds: number) => number,
    readonly knownSinceSeconds: number,
  ) {}

  window({ query, historySeconds, stepSeconds: step }: HistoryRequest): TriggerHistory {
    // There is no kube-state-metrics in this source.
    const isOfLoad = !query.includes('kube_');
    let knownUntil = this.knownSinceSeconds;
    return {
      refresh: async (nowSeconds) => {
        knownUntil = Math.floor((nowSeconds - SETTLE) / step) * step;
      },
      observe: async (atSeconds) => ({ atSeconds, value: isOfLoad ? this.load(atSeconds) : undefined }),
      series: (fromSeconds = 0): Series => {
        const from = Math.max(fromSeconds, knownUntil - historySeconds, this.knownSinceSeconds);
        const startSeconds = Math.floor(from / step) * step;
        const values = new Float64Array(isOfLoad ? Math.max(0, (knownUntil - startSeconds) / step) : 0);
        const peaks = new Float64Array(values.length);
        for (let i = 0; i < values.length; i++)
          for (let minute = 0; minute < step / 60; minute++) {
            const load = this.load(startSeconds + i * step + minute * 60);
            values[i]! += load / (step / 60);
            peaks[i] = Math.max(peaks[i]!, load);
          }
        return { startSeconds, stepSeconds: step, values, peaks };
      },
      sourceSeconds: (nowSeconds) => nowSeconds,
      nextStepFinalSeconds: (nowSeconds) => (Math.floor((nowSeconds - SETTLE) / step) + 1) * step + SETTLE,
      release: () => undefined,
    };
  }
}

/** Chooses and fits in this thread: the results are the same. */
const fitter: Fitter = {
  fit: async (series, options) => fitCompact(series(), options),
  choose: async (series, options) => chooseInWorker({ ...series(), options }),
};

const observer: PlannerObserver = {
  fitFinished: () => undefined,
  fitFailed: (_trigger, _seconds, error) => assert.fail(`a fit failed: ${error}`),
  policyChosen: () => undefined,
  choiceFailed: (_trigger, error) => assert.fail(`a choice failed: ${error}`),
  answerRenewed: () => undefined,
  triggerDropped: () => undefined,
};

const settings = {
  refreshSeconds: 60,
  refitSeconds: HOUR,
  maxStalenessSeconds: 1800,
  firstAnswerWaitSeconds: 1,
  idleSeconds: 7 * DAY,
  maxTriggersPerNamespace: 3,
  maxStepsPerNamespace: 50_000,
};

/** A daily rhythm of working hours in Berlin, with noise from minute to minute. */
function working(scale: (atSeconds: number) => number = () => 1) {
  const noise = whiteNoise(5);
  const hourOf = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  const hours = new Map<number, number>();
  return (atSeconds: number) => {
    const hour = Math.floor(atSeconds / HOUR);
    if (!hours.has(hour)) hours.set(hour, Number(hourOf.format(new Date(hour * HOUR * 1000))));
    const local = hours.get(hour)! + (atSeconds % HOUR) / HOUR;
    const rhythm = 100 + 80 * Math.max(0, Math.sin(((local - 7) / 12) * Math.PI));
    return scale(atSeconds) * rhythm * (0.95 + 0.1 * noise(Math.floor(atSeconds / 60)));
  };
}

const trigger = testTrigger({
  targetOverload: 0.01,
  threshold: 10,
  capacity: 10,
  horizonSeconds: 900,
  podStartupSeconds: 180,
  historySeconds: 8 * DAY,
  timezone: 'Europe/Berlin',
});

describe('a trigger that states the overload it accepts', () => {
  let planners: Planner[];

  beforeEach(() => {
    planners = [];
  });

  afterEach(async () => {
    for (const planner of planners) await planner.close();
  });

  function plannerOver(history: HistoryProvider, clock: ManualClock): Planner {
    const planner = new Planner({ clock, history, fitter, settings, observer });
    planners.push(planner);
    return planner;
  }

  async function snapshotOf(planner: Planner, clock: ManualClock, asked = trigger): Promise<Snapshot> {
    const asking = planner.answer(asked);
    await clock.advance(settings.firstAnswerWaitSeconds);
    const answer = await asking;
    assert.ok(answer.snapshot, `${answer.error?.message}`);
    return answer.snapshot;
  }

  it('is answered by the policy of the day, which replicas agree on through restarts and a DST change', async () => {
    const history = new Loads(working(), dstMidnight - 12 * DAY);
    const clock = new ManualClock(dstMidnight - 3 * HOUR);
    const old = plannerOver(history, clock);
    const first = await snapshotOf(old, clock);
    const { choice } = first.overload!;
    assert.equal(choice!.boundarySeconds, dstMidnight - DAY);
    assert.ok(choice!.chosen!.held);
    assert.ok(choice!.chosen!.overloadedShare <= 0.01);
    assert.equal(first.decidedBy, 'policy');
    const boundaries = new Set<number>();
    for (let hour = 0; hour < 30; hour++) {
      await clock.advance(HOUR - settings.firstAnswerWaitSeconds);
      const running = await snapshotOf(old, clock);
      boundaries.add(running.overload!.choice!.boundarySeconds);
      if (hour % 5 !== 2) continue;
      const young = plannerOver(history, clock);
      const restarted = await snapshotOf(young, clock);
      assert.deepEqual(restarted.overload!.choice, running.overload!.choice, `after ${hour} hours`);
      assert.deepEqual(restarted.trigger, running.trigger);
      // Both renew their answers at the same ticks.
      await clock.advance(settings.refreshSeconds);
      // What a replica saw itself begins with its process.
      const [one, other] = await Promise.all(
        [old, young].map(async (planner) => {
          const { snapshot } = (await planner.answer(trigger)) as { snapshot: Snapshot };
          return { ...snapshot, overload: snapshot.overload!.choice };
        }),
      );
      assert.deepEqual(one, other, `after ${hour} hours`);
    }
    assert.deepEqual([...boundaries], [dstMidnight - DAY, dstMidnight, dstMidnight + DAY]);
  }).timeout(300_000);

  it('shows on a dry run what it would choose, and answers the load now', async () => {
    const clock = new ManualClock(dstMidnight);
    const planner = plannerOver(new Loads(working(), dstMidnight - 9 * DAY), clock);
    const observed = await snapshotOf(planner, clock, testTrigger({ ...trigger, mode: 'observe' }));
    assert.ok(observed.overload!.choice!.chosen!.held);
    assert.deepEqual([observed.value, observed.reason], [observed.observed, 'observe-mode']);
  }).timeout(60_000);

  it('is answered by its quantile until there are days to try policies on', async () => {
    const clock = new ManualClock(dstMidnight);
    const planner = plannerOver(new Loads(working(), dstMidnight - 2 * DAY), clock);
    const young = await snapshotOf(planner, clock);
    assert.equal(young.overload!.choice!.chosen, undefined);
    const plain = await snapshotOf(planner, clock, testTrigger({ ...trigger, targetOverload: undefined }));
    assert.equal(young.value, plain.value);
    assert.equal(plain.overload, undefined);
    assert.equal(young.reason, 'forecast');
  }).timeout(60_000);

  it('follows a load that doubles for good, and misses its target on one day at most', async () => {
    const start = dstMidnight - 20 * DAY;
    const doubles = start + 12 * HOUR;
    const load = working((atSeconds) => (atSeconds >= doubles ? 2 : 1));
    const clock = new ManualClock(start);
    const planner = plannerOver(new Loads(load, start - 9 * DAY), clock);
    const first = await snapshotOf(planner, clock);
    const setup = {
      ...clusterDefaults,
      targetPerReplica: 10,
      capacityPerReplica: 10,
      startupSeconds: 180,
    };
    const workload = new ScaledWorkload(setup, start, first.value);
    const shares: number[] = [];
    for (let day = 0; day < 5; day++) {
      const before = workload.overloadedSeconds;
      for (let minute = 0; minute < 1440; minute++) {
        const nowSeconds = start + day * DAY + minute * 60;
        await clock.advance(nowSeconds - clock.nowSeconds());
        const { snapshot } = (await planner.answer(trigger)) as { snapshot: Snapshot };
        workload.sync(snapshot.value);
        workload.pass(nowSeconds + 60, load(nowSeconds));
      }
      shares.push((workload.overloadedSeconds - before) / DAY);
    }
    const missed = shares.filter((share) => share > trigger.targetOverload!);
    assert.ok(missed.length <= 1, `overload by day: ${shares.map((share) => share.toFixed(4)).join(' ')}`);
    assert.ok(workload.replicas >= 20, `${workload.replicas} replicas at the end`);
  }).timeout(600_000);
});
