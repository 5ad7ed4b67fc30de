import type { Origins } from '../origins.js';

/** Peaks over the horizon from past origins, as they came and as they would have been forecast. One for each origin. */
interface PastPeaks {
  /** The highest value in the time that the horizon lasts; NaN where it is not known. */
  readonly came: Float64Array;
  /** The highest value of all steps that the horizon reaches into; NaN where it is not known. */
  readonly cameInSteps: Float64Array;
  /** The highest forecast of these steps. */
  readonly forecast: Float64Array;
  /** The newest value at the origin, which is the forecast of "the last value stays". */
  readonly last: Float64Array;
}

/** Multiples of it fall evenly between whole numbers, in step with no season: each time of day sees all turns. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * Gathers the peaks of replayed forecasts. An origin counts when every step of its horizon is known.
 *
 * A horizon that begins inside a step reaches into one step more than it lasts. Steps are the finest that is known, so
 * origins take turns: for some the horizon begins with its first step, for others it ends with its last.
 *
 * @param replayed `horizonSteps` values for each origin
 * @param spanSteps steps that the horizon lasts
 */
export function pastPeaks(
  values: Float64Array,
  replayed: Float64Array,
  { steps, horizonSteps }: Origins,
  spanSteps: number,
): PastPeaks {
  const unknown = () => new Float64Array(steps.length).fill(Number.NaN);
  const peaks = { came: unknown(), cameInSteps: unknown(), forecast: unknown(), last: unknown() };
  const places = horizonSteps - spanSteps + 1;
  for (let i = 0; i < steps.length; i++) {
    const origin = steps[i]!;
    if (origin + horizonSteps >= values.length) break;
    const begin = origin + 1 + Math.floor(places * ((i * GOLDEN_RATIO) % 1));
    peaks.came[i] = highest(values, begin, begin + spanSteps);
    peaks.cameInSteps[i] = highest(values, origin + 1, origin + 1 + horizonSteps);
    peaks.forecast[i] = highest(replayed, i * horizonSteps, (i + 1) * horizonSteps);
    peaks.last[i] = values[origin]!;
  }
  return peaks;
}

/** The highest value of `[from, to)`; NaN when one of them is. */
function highest(values: Float64Array, from: number, to: number): number {
  let most = values[from]!;
  for (let t = from + 1; t < to; t++) most = Math.max(most, values[t]!);
  return most;
}
