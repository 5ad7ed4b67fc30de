import type { Backtest } from '../../../scaler/backtest/backtest.js';
import { resultOf } from '../../../scaler/backtest/compare.js';
import { cheapestWithin } from '../../../scaler/backtest/sweep.js';
import { answersOf, backtestOf, type MinuteAnswer } from '../answers.js';
import {
  atLocalHour,
  byHours,
  constant,
  counts,
  dayWave,
  type Load,
  wallClock,
  wandering,
  withNoise,
} from '../loads.js';
import type { Measurement, Scenario, Setting } from '../scenario.js';

const THRESHOLD = 10;
const HORIZON_MINUTES = 15;
const STEP_MINUTES = 5;
/** A load of this much is worth waking for: a tenth of a replica. */
const WORTH_WAKING = THRESHOLD / 10;

/** Loads that are exactly 0 from 19:00 to 07:00. */
function idleLoads({ timezone, seed, midnightSeconds }: Setting): readonly (readonly [string, Load])[] {
  const asleep = (awake: Load) => byHours(timezone, [19, 7], constant(0), awake);
  const { weekday } = wallClock(timezone)(midnightSeconds);
  const otherDays = [0, 1, 2, 3, 4, 5, 6].filter((day) => day !== weekday);
  return [
    ['noise of 10 %', asleep(withNoise(dayWave(timezone, 40, 140), seed, 0.1))],
    ['noise of 30 %', asleep(withNoise(constant(100), seed + 1, 0.3))],
    ['less than one replica', asleep(withNoise(constant(6), seed + 2, 0.2))],
    ['slow rise and fall', asleep(wandering(withNoise(hill(timezone, 30), seed + 3, 0.2), seed + 4, 0.2))],
    ['Poisson counts of 100', asleep(counts(constant(100), seed + 5))],
    ['Poisson counts of 4', asleep(counts(constant(4), seed + 6))],
    ['no load on this weekday', byHours(timezone, [7, 19], constant(100), constant(0), otherDays)],
  ];
}

/** Rises from 0 at 07:00 to a height at 13:00, and falls to 0 at 19:00. */
function hill(timezone: string, height: number): Load {
  const read = wallClock(timezone);
  return (atSeconds) => height * Math.max(0, Math.sin((Math.PI * (read(atSeconds).hour - 7)) / 12));
}

/** Load exactly 0 by night: the workload sleeps, costs what a reactive scaler costs, and is awake before the morning. */
export const idle: Scenario = {
  title: 'An idle workload scales to zero',
  measure: (setting) => idleLoads(setting).flatMap(([name, load]) => measureIdle(setting, name, load)),
};

function measureIdle({ timezone, midnightSeconds }: Setting, name: string, load: Load): Measurement[] {
  const trigger = { timezone, threshold: THRESHOLD };
  const dayEnd = atLocalHour(timezone, midnightSeconds, 24);
  const backtestAt = (quantile: number) =>
    backtestOf(
      load,
      midnightSeconds,
      dayEnd,
      { targetPerReplica: THRESHOLD, minReplicas: 0 },
      { trigger: { ...trigger, quantile } },
    );
  const backtest = backtestAt(0.9);
  const answers = answersOf(load, midnightSeconds, backtest.replay);
  const measurements: Measurement[] = [
    {
      what: `minutes awake or above 0 with no load near, ${name}`,
      measured: answers.filter((answer) => !isLoadNear(load, answer) && (answer.active || answer.value > 0))
        .length,
      wanted: { atMost: 0 },
    },
    {
      what: `changes between awake and asleep in a day, ${name}`,
      measured: answers.filter(({ active }, i) => i > 0 && active !== answers[i - 1]!.active).length,
      wanted: { atMost: 2 },
    },
  ];
  const begins = answers.find((answer) => answer.load > WORTH_WAKING);
  if (!begins) return measurements;
  const woken = answers.find(({ active }) => active)!;
  const isCounts = name.startsWith('Poisson');
  return [
    {
      what: `pod-hours / reactive, ${name}, at equal overload`,
      measured: costAtEqualOverload(backtest),
      wanted: { atMost: 1.1 },
    },
    // A quantile of 0.9 lies above the highest of the last minutes, which a reactive HPA follows. For counts that alone
    // is a tenth of the load or more, so at equal thresholds the cost of idleness shows at the median.
    {
      what: `pod-hours / reactive, ${name}, at equal thresholds${isCounts ? ', quantile 0.5' : ''}`,
      measured: relativeCost(isCounts ? backtestAt(0.5) : backtest),
      wanted: { atMost: 1.1 },
    },
    {
      what: `minutes awake before the load, ${name}`,
      measured: (begins.atSeconds - woken.atSeconds) / 60,
      wanted: { atLeast: HORIZON_MINUTES },
    },
    ...measurements,
  ];
}

/** Pod-hours of this scaler over those of a reactive HPA, each at the target that keeps the overload of the latter. */
function costAtEqualOverload({ comparison }: Backtest): number {
  const { overloadedShare } = resultOf(comparison, 'reactive').outcome;
  const leastOf = (key: 'predictive' | 'reactive') =>
    cheapestWithin(resultOf(comparison, key).sweep, overloadedShare)?.podHours ?? Number.NaN;
  return leastOf('predictive') / leastOf('reactive');
}

/**
 * Pod-hours of this scaler over those of a reactive HPA, on average over thresholds from half of a replica's capacity to
 * all of it: at a single one, rounding up to whole replicas decides.
 */
function relativeCost({ comparison }: Backtest): number {
  const costsOf = (key: 'predictive' | 'reactive') =>
    resultOf(comparison, key).sweep.filter(({ utilization }) => utilization >= 0.5 && utilization <= 1);
  const reactive = costsOf('reactive');
  const logs = costsOf('predictive').map(({ podHours }, i) => Math.log(podHours / reactive[i]!.podHours));
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** Whether there is any load within the horizon, or was within the newest step; a step finer cannot be told. */
function isLoadNear(load: Load, { atSeconds }: MinuteAnswer): boolean {
  for (let minute = -STEP_MINUTES; minute <= HORIZON_MINUTES + STEP_MINUTES; minute++)
    if (load(atSeconds + 60 * minute) > 0) return true;
  return false;
}
