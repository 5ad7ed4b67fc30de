import { answerAt } from '../answers.js';
import {
  atLocalHour,
  constant,
  dayWave,
  type Load,
  replacedBetween,
  wandering,
  withNoise,
} from '../loads.js';
import type { Scenario } from '../scenario.js';

const HORIZON_MINUTES = 15;
const WILD = 2000;
const HOURS_LATER = 24;

/** One sample of 2,000 on a load of 136: what is left of it later, while the model is carried on and when it is fitted again. */
export const wildSample: Scenario = {
  title: 'One wild sample has no effect a horizon later',
  measure({ timezone, midnightSeconds, seed }) {
    const loads: readonly (readonly [string, Load])[] = [
      ['noise', withNoise(constant(136), seed, 0.05)],
      ['a daily wave', withNoise(dayWave(timezone, 56, 216), seed, 0.1)],
      ['a wandering load', wandering(withNoise(constant(136), seed, 0.02), seed + 1, 0.2)],
    ];
    const wildAt = atLocalHour(timezone, midnightSeconds, (seed / 1000) * 2.5) + 420;
    return loads.flatMap(([name, load]) =>
      [1, 5].flatMap((step) => {
        const trigger = { timezone, stepSeconds: 60 * step, horizonSeconds: 60 * HORIZON_MINUTES };
        const wild = replacedBetween(load, wildAt, wildAt + 60, constant(WILD));
        const known = (Math.floor(wildAt / (60 * step)) + 1) * 60 * step;
        const left = (seconds: number) =>
          answerAt(wild, known + seconds, { trigger }).value /
          answerAt(load, known + seconds, { trigger }).value;
        return [
          {
            what: `answer with / without it, ${HORIZON_MINUTES} min later, ${name}, step ${step}m`,
            measured: left(60 * HORIZON_MINUTES),
            wanted: { atMost: 1.05 },
          },
          {
            what: `answer with / without it, the day after, ${name}, step ${step}m`,
            measured: left(3600 * HOURS_LATER - 60 * HORIZON_MINUTES),
            wanted: { atMost: 1.05 },
          },
        ];
      }),
    );
  },
};
