import { resultOf } from '../../../scaler/backtest/compare.js';
import { answersTo, backtestOf } from '../answers.js';
import { atLocalHour, byHours, constant, counts, dayWave, type Load, withNoise } from '../loads.js';
import type { Measurement, Scenario, Setting } from '../scenario.js';

const THRESHOLD = 10;
const HORIZON_MINUTES = 15;
const SLEEP: readonly [number, number] = [19, 7];

/** Loads that are exactly 0 from 19:00 to 07:00. */
function idleLoads({ timezone, seed }: Setting): readonly (readonly [string, Load])[] {
  const asleep = (awake: Load) => byHours(timezone, SLEEP, constant(0), awake);
  return [
    ['noise of 10 %', asleep(withNoise(dayWave(timezone, 40, 140), seed, 0.1))],
    ['noise of 30 %', asleep(withNoise(constant(100), seed + 1, 0.3))],
    ['less than one replica', asleep(withNoise(constant(6), seed + 2, 0.2))],
    ['Poisson counts of 100', asleep(counts(constant(100), seed + 3))],
    ['Poisson counts of 4', asleep(counts(constant(4), seed + 4))],
  ];
}

/** Load exactly 0 by night: the workload sleeps, costs what a reactive scaler costs, and is awake before the morning. */
export const idle: Scenario = {
  title: 'An idle workload scales to zero',
  measure: (setting) => idleLoads(setting).flatMap(([name, load]) => measureIdle(setting, name, load)),
};

function measureIdle({ timezone, midnightSeconds }: Setting, name: string, load: Load): Measurement[] {
  const trigger = { timezone, threshold: THRESHOLD };
  const hour = (at: number) => atLocalHour(timezone, midnightSeconds, at);
  const dayEnd = hour(24);
  const answers = answersTo(load, midnightSeconds, dayEnd, { trigger });
  const morning = hour(7);
  const woken = answers.findIndex(({ active }) => active);
  const night = answers.filter(
    ({ atSeconds }) =>
      atSeconds < morning - 60 * HORIZON_MINUTES - 300 || (atSeconds >= hour(19) + 120 && atSeconds < dayEnd),
  );
  const flips = answers.filter(({ active }, minute) => minute > 0 && active !== answers[minute - 1]!.active);
  const { comparison } = backtestOf(
    load,
    midnightSeconds,
    dayEnd,
    { targetPerReplica: THRESHOLD, minReplicas: 0 },
    { trigger },
  );
  const podHours = (key: 'predictive' | 'reactive') => resultOf(comparison, key).outcome.podHours;
  return [
    {
      what: `pod-hours / reactive, ${name}`,
      measured: podHours('predictive') / podHours('reactive'),
      wanted: { atMost: 1.1 },
    },
    {
      what: `minutes awake at night, ${name}`,
      measured: night.filter(({ active, value }) => active || value > 0).length,
      wanted: { atMost: 0 },
    },
    {
      what: `minutes awake before the morning, ${name}`,
      measured: (morning - (answers[woken]?.atSeconds ?? Number.POSITIVE_INFINITY)) / 60,
      wanted: { atLeast: HORIZON_MINUTES },
    },
    {
      what: `changes between awake and asleep in a day, ${name}`,
      measured: flips.length,
      wanted: { atMost: 2 },
    },
  ];
}
