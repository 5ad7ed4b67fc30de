import { answersTo } from '../answers.js';
import { atLocalHour, byHours, constant, type Load, replacedBetween, withNoise } from '../loads.js';
import type { Scenario } from '../scenario.js';

const HORIZON_SECONDS = 900;
const DAY_SECONDS = 86_400;
const NIGHT = 50;
const WORK = 1000;
const NOISE = 0.05;
/** Nothing higher was ever seen. */
const HIGHEST = WORK * (1 + NOISE);

/** 1,000 from 8:00 to 18:00, and then a holiday that nobody entered, or an end within the morning. */
export const staysAway: Scenario = {
  title: 'A load that stays away is not answered higher than it ever was',
  measure: ({ timezone, midnightSeconds, seed }) => {
    const hour = (at: number) => atLocalHour(timezone, midnightSeconds, at);
    const office = withNoise(byHours(timezone, [8, 18], constant(WORK), constant(NIGHT)), seed, NOISE);
    const quiet = withNoise(constant(NIGHT), seed, NOISE);
    const ends: readonly (readonly [string, number, Load])[] = [
      ['a holiday', hour(8), quiet],
      ['no load at all from 9:36 on', hour(9.6), constant(0)],
    ];
    return ends.flatMap(([name, endSeconds, after]) => {
      const load = replacedBetween(office, endSeconds, midnightSeconds + 2 * DAY_SECONDS, after);
      const answers = answersTo(load, endSeconds - HORIZON_SECONDS, hour(18), {
        trigger: { timezone, threshold: 100 },
      });
      const highest = Math.max(...answers.map(({ value }) => value));
      const lastHigh = answers.findLast(({ value }) => value > WORK / 2)!;
      return [
        {
          what: `highest answer / highest load ever seen, ${name}`,
          measured: highest / HIGHEST,
          wanted: { atMost: 1.15 },
        },
        {
          what: `minutes until the answer stays below half of what was expected, ${name}`,
          measured: (lastHigh.atSeconds - endSeconds) / 60 + 1,
          wanted: { atMost: 40 },
        },
      ];
    });
  },
};
