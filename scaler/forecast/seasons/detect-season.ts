import { sumBySlot } from './sum-by-slot.js';

/** Periods looked for, in seconds. They divide the day, so that a day's profile holds them once it is known. */
const PERIODS = [3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200];

/** Share of the deviation from the running mean that a profile has to explain. */
const LEAST_SKILL = 0.3;
const FEWEST_SLOTS = 4;
const FEWEST_CYCLES = 3;

/**
 * Finds a rhythm shorter than a day: jobs at each full hour, a cache that is filled every six hours. It serves while the
 * history is too short for the season of a day.
 *
 * A period is judged like a forecast: a profile of the deviations from the running mean is learned from the first two thirds
 * of the data and measured on the rest. An autocorrelation would also be high for a slow wave or a trend.
 *
 * @returns the period with the most skill in seconds; undefined when none has enough.
 */
export function detectSeason(values: Float64Array, stepSeconds: number): number | undefined {
  let best: number | undefined;
  let most = LEAST_SKILL;
  for (const period of PERIODS) {
    const slots = period / stepSeconds;
    if (!Number.isInteger(slots) || slots < FEWEST_SLOTS || values.length < FEWEST_CYCLES * slots) continue;
    const skill = profileSkill(values, slots);
    // A multiple of a period repeats its profile, so it has to be clearly better.
    if (skill > most + (best === undefined ? 0 : 0.05)) {
      best = period;
      most = skill;
    }
  }
  return best;
}

/** Share of the mean absolute deviation in the last third that a profile of the first two thirds explains. */
function profileSkill(values: Float64Array, slots: number): number {
  const deviations = deviationsFromRunningMean(values, slots);
  const split = Math.floor((2 * values.length) / 3);
  const learned = deviations.subarray(0, split);
  // A trend keeps a load at a constant distance from its running mean, which is not a rhythm.
  const { sum, seen, mean: always } = sumBySlot(learned, slots, (t) => t % slots);
  let withProfile = 0;
  let without = 0;
  for (let t = split; t < values.length; t++) {
    if (Number.isNaN(deviations[t]!) || seen[t % slots] === 0) continue;
    withProfile += Math.abs(deviations[t]! - sum[t % slots]! / seen[t % slots]!);
    without += Math.abs(deviations[t]! - always);
  }
  return without > 0 ? 1 - withProfile / without : 0;
}

/** Value minus the mean of the last `width` steps; NaN where one of them is unknown. */
function deviationsFromRunningMean(values: Float64Array, width: number): Float64Array {
  const deviations = new Float64Array(values.length).fill(Number.NaN);
  let sum = 0;
  let known = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    // The sum starts again after a gap: subtracting its values would leave rounding errors of spikes behind.
    if (Number.isNaN(value)) {
      sum = 0;
      known = 0;
      continue;
    }
    sum += value;
    if (known === width) sum -= values[t - width]!;
    else known++;
    if (known === width) deviations[t] = value - sum / width;
  }
  return deviations;
}
