import type { Origins } from '../origins.js';

/** The better a member's measured error, the more it weighs: its weight is proportional to error to the minus this. */
const SHARPNESS = 12;

/** Age at which an error counts half, as a share of the measured time: what was right last week may not be right today. */
const HALF_LIFE = 0.25;

/** What is left of the weight of an error when the next of `count` is known. */
export function fading(count: number): number {
  return 2 ** (-1 / (HALF_LIFE * count));
}

/**
 * Mean absolute error of replayed forecasts at one number of steps ahead, newer ones counting more.
 *
 * @param forecasts `horizonSteps` values for each origin
 * @returns 0 when no value to compare with is known
 */
export function recentError(
  values: Float64Array,
  forecasts: Float64Array,
  { steps, horizonSteps }: Origins,
  stepsAhead: number,
): number {
  const kept = fading(steps.length);
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < steps.length; i++) {
    const at = steps[i]! + stepsAhead;
    if (at >= values.length) break;
    const error = Math.abs(values[at]! - forecasts[i * horizonSteps + stepsAhead - 1]!);
    if (Number.isNaN(error)) continue;
    sum = sum * kept + error;
    weights = weights * kept + 1;
  }
  return weights > 0 ? sum / weights : 0;
}

/** Weights that sum to 1, from measured errors. Members as good as the best, an error of 0 included, weigh the same. */
export function weightsOfErrors(errors: readonly number[]): number[] {
  const least = Math.min(...errors);
  const raw = errors.map((error) => (error === least ? 1 : (least / error) ** SHARPNESS));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/**
 * Weight of a member some steps ahead: linear between the numbers of steps at which members were measured, level
 * beyond them.
 */
export function weightAt(
  weights: readonly (readonly number[])[],
  measuredAt: readonly number[],
  member: number,
  stepsAhead: number,
): number {
  let k = 0;
  while (k < measuredAt.length - 1 && measuredAt[k + 1]! < stepsAhead) k++;
  const low = measuredAt[k]!;
  const high = measuredAt[k + 1];
  if (stepsAhead <= low || high === undefined) return weights[k]![member]!;
  const share = Math.min(1, (stepsAhead - low) / (high - low));
  return weights[k]![member]! * (1 - share) + weights[k + 1]![member]! * share;
}
