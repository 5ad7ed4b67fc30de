import { answersTo } from '../answers.js';
import { atLocalHour, byHours, constant } from '../loads.js';
import type { Scenario } from '../scenario.js';

/** Steps and horizons in minutes. */
const GRIDS = [
  [1, 15],
  [5, 15],
  [10, 20],
  [10, 30],
  [15, 15],
  [30, 30],
] as const;

/** A jump from 10 to 100 at 09:00 sharp every day: when does the answer rise? */
export const horizon: Scenario = {
  title: 'The horizon counts from now',
  measure({ timezone, midnightSeconds }) {
    const load = byHours(timezone, [9, 12], constant(100), constant(10));
    const jump = atLocalHour(timezone, midnightSeconds, 9);
    return GRIDS.map(([step, ahead]) => {
      const trigger = { stepSeconds: 60 * step, horizonSeconds: 60 * ahead, timezone };
      const answers = answersTo(load, jump - 60 * (ahead + 5), jump, { trigger });
      const first = answers.find(({ value }) => value >= 80);
      return {
        what: `minutes of ${ahead} that a jump is answered ahead, step ${step}m`,
        measured: first === undefined ? 0 : (jump - first.atSeconds) / 60,
        wanted: { atLeast: ahead },
      };
    });
  },
};
