import { answersTo } from '../answers.js';
import { bursts, constant, type Load, withNoise } from '../loads.js';
import type { Scenario } from '../scenario.js';

const HORIZON_MINUTES = 15;
const DAY_SECONDS = 86_400;

/** Loads without rhythm: nothing tells when the next burst comes. */
function burstyLoads(seed: number): readonly (readonly [string, Load])[] {
  const base = withNoise(constant(20), seed, 0.3);
  const burst = withNoise(constant(200), seed + 1, 0.3);
  return [
    ['bursts of 5 minutes, 40 a day', bursts(seed + 2, 40, 5, burst, base)],
    ['bursts of an hour, 6 a day', bursts(seed + 3, 6, 60, burst, base)],
    ['bursts of 20 minutes, 20 a day', bursts(seed + 4, 20, 20, burst, base)],
  ];
}

/** A load that no model can forecast: the quantile is still kept, and the answer does not jump while the load stays. */
export const guarded: Scenario = {
  title: 'A load that cannot be forecast keeps its quantile',
  measure: ({ timezone, midnightSeconds, seed }) =>
    burstyLoads(seed).flatMap(([name, load]) => {
      const answers = answersTo(load, midnightSeconds, midnightSeconds + 2 * DAY_SECONDS, {
        trigger: { timezone, threshold: 50 },
      });
      const highestWithin = (fromSeconds: number, minutes: number) =>
        Math.max(...Array.from({ length: minutes }, (_, minute) => load(fromSeconds + 60 * minute)));
      const covered = answers.filter(
        ({ atSeconds, value }) => highestWithin(atSeconds, HORIZON_MINUTES) <= value,
      );
      const hadBurst = (atSeconds: number) => highestWithin(atSeconds - 5400, 180) > 100;
      // After two hours without a burst, what changes the answer is the model, not the load. Bursts that happened to come
      // at about one time on both days before are a rhythm to whoever knows no better; the clocks may have changed between.
      const jumps = answers.flatMap(({ atSeconds, value }, i) => {
        const before = answers[i - 1]?.value;
        if (before === undefined || highestWithin(atSeconds - 7200, 121) > 100) return [];
        if (hadBurst(atSeconds - DAY_SECONDS) && hadBurst(atSeconds - 2 * DAY_SECONDS)) return [];
        return [Math.max(value / before, before / value)];
      });
      return [
        {
          what: `share of peaks at or below the answer, quantile 0.9, ${name}`,
          measured: covered.length / answers.length,
          wanted: { atLeast: 0.8 },
        },
        {
          what: `largest change of the answer without a change of the load, times, ${name}`,
          measured: Math.max(1, ...jumps),
          wanted: { atMost: 2 },
        },
      ];
    }),
};
