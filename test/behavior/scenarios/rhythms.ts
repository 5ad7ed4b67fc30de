import { answerAt, answersTo } from '../answers.js';
import {
  atLocalHour,
  byHours,
  constant,
  counts,
  dayWave,
  type Load,
  replacedBetween,
  withNoise,
} from '../loads.js';
import type { Measurement, Scenario, Setting } from '../scenario.js';

const HORIZON_MINUTES = 15;
const STEPS_MINUTES = [1, 5];
const JOB = 1000;
/** Hours of the day at which the job begins, one for each setting; none in an hour that a change of the clocks skips. */
const JOB_HOURS = [9, 0, 23, 6, 12, 17, 4, 20];

/** A daily job of 20 minutes that is new, has moved, or ran once by accident. */
export const rhythms: Scenario = {
  title: 'A new rhythm is learned once it was seen twice',
  measure: (setting) =>
    loads(setting).flatMap(([name, base]) =>
      STEPS_MINUTES.flatMap((step) => measureJob(setting, `${name}, step ${step}m`, base, step)),
    ),
};

function loads({ timezone, seed }: Setting): readonly (readonly [string, Load])[] {
  return [
    ['on 10', constant(10)],
    ['on a day of 40 to 140', withNoise(dayWave(timezone, 40, 140), seed, 0.1)],
    ['on counts of 10', counts(constant(10), seed + 1)],
  ];
}

function measureJob(
  { timezone, midnightSeconds, seed }: Setting,
  name: string,
  base: Load,
  stepMinutes: number,
): Measurement[] {
  const hour = JOB_HOURS[(seed / 1000 - 1) % JOB_HOURS.length]!;
  const newHour = (hour + 1) % 24;
  const jobAt = (from: number) => byHours(timezone, [from, from + 1 / 3], constant(JOB), base);
  const twoDaysAgo = atLocalHour(timezone, midnightSeconds - 36 * 3600, 0);
  const yesterday = atLocalHour(timezone, midnightSeconds - 12 * 3600, 0);
  const trigger = { timezone, stepSeconds: 60 * stepMinutes, horizonSeconds: 60 * HORIZON_MINUTES };
  const start = (from: number) => atLocalHour(timezone, midnightSeconds, from);
  const ahead = (load: Load, from: number) =>
    answerAt(load, start(from) - 60 * HORIZON_MINUTES, { trigger }).value / JOB;

  const appeared = replacedBetween(base, twoDaysAgo, Number.POSITIVE_INFINITY, jobAt(hour));
  const moved = replacedBetween(jobAt(hour), twoDaysAgo, Number.POSITIVE_INFINITY, jobAt(newHour));
  const once = replacedBetween(base, yesterday, midnightSeconds, jobAt(hour));
  const bare = answerAt(base, start(hour), { trigger }).value / JOB;
  const old = answersTo(moved, start(hour) - 60 * HORIZON_MINUTES, start(hour + 1 / 3), { trigger });
  return [
    {
      what: `share of a new job answered a horizon ahead, ${name}`,
      measured: ahead(appeared, hour),
      wanted: { atLeast: 0.8 },
    },
    {
      what: `share of a moved job answered a horizon ahead, ${name}`,
      measured: ahead(moved, newHour),
      wanted: { atLeast: 0.8 },
    },
    {
      what: `share of it still answered at its old time, ${name}`,
      measured: Math.max(...old.map(({ value }) => value)) / JOB,
      wanted: { atMost: 0.4 },
    },
    {
      what: `share of a single incident answered a day later, ${name}`,
      measured: answerAt(once, start(hour), { trigger }).value / JOB - bare,
      wanted: { atMost: 0.1 },
    },
  ];
}
