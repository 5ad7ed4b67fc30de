import type { Origins } from '../origins.js';
import type { SeasonSlots } from '../seasons/local-time.js';
import type { ErrorQuantiles, Volatility } from '../types.js';
import { adaptedErrors } from './adapt.js';
import { quantileOfSorted } from './quantile-of-sorted.js';
import { expectedError } from './volatility.js';

/** Fewer errors than this say nothing about their spread. */
const FEWEST_ERRORS = 10;

/** How fast quantiles of single steps follow their misses. */
const STEP_RATE = 0.05;

/**
 * Errors of replayed forecasts at growing numbers of steps ahead, each divided by the error that was expected at its
 * moment: locally weighted split conformal prediction. A quantile of these, times the error expected now, is the margin
 * above the forecast that the value exceeds with the remaining probability. `adaptedErrors` lets it follow its misses.
 *
 * Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), "Distribution-free predictive inference for
 * regression", section 5.2.
 *
 * @param ratios of the volatility at each origin
 * @param quantile that is asked for most often: its recent misses set the width of all
 */
export function stepErrors(
  values: Float64Array,
  replayed: Float64Array,
  { steps, stride, horizonSteps }: Origins,
  { typical }: Volatility,
  ratios: Float64Array,
  { slots }: SeasonSlots,
  quantile: number,
): ErrorQuantiles[] {
  const pace = { quantile, rate: STEP_RATE, stride };
  return doublingSteps(horizonSteps).map((stepsAhead) => {
    const errors = new Float64Array(steps.length).fill(Number.NaN);
    for (let i = 0; i < steps.length; i++) {
      const at = steps[i]! + stepsAhead;
      if (at >= values.length) break;
      const error = values[at]! - replayed[i * horizonSteps + stepsAhead - 1]!;
      const expected = expectedError(typical[slots[at]!]!, ratios[i]!);
      if (!Number.isNaN(error)) errors[i] = expected > 0 ? error / expected : 0;
    }
    return { stepsAhead, sorted: adaptedErrors(errors, { ...pace, lagSteps: stepsAhead }) };
  });
}

/** 1, 2, 4, ... and the horizon itself. */
function doublingSteps(horizonSteps: number): number[] {
  const steps: number[] = [];
  for (let h = 1; h < horizonSteps; h *= 2) steps.push(h);
  return [...steps, horizonSteps];
}

/** Quantile of the divided error some steps ahead; linear between the numbers of steps at which it was measured. */
export function errorQuantile(measured: readonly ErrorQuantiles[], stepsAhead: number, q: number): number {
  let k = 0;
  while (k < measured.length - 1 && measured[k + 1]!.stepsAhead < stepsAhead) k++;
  const low = measured[k]!;
  const high = measured[k + 1];
  const atLow = quantileOfErrors(low.sorted, q);
  if (high === undefined || stepsAhead <= low.stepsAhead) return atLow;
  const share = Math.min(1, (stepsAhead - low.stepsAhead) / (high.stepsAhead - low.stepsAhead));
  return atLow + share * (quantileOfErrors(high.sorted, q) - atLow);
}

/** As `quantileOfSorted`; 0 while there are too few errors. */
export function quantileOfErrors(sorted: Float64Array | Float32Array, q: number): number {
  return sorted.length < FEWEST_ERRORS ? 0 : quantileOfSorted(sorted, q);
}
