import type { PeakErrors } from './peak-errors.js';
import { quantileOfSorted } from './quantile-of-sorted.js';
import type { ModelQuality } from './types.js';

/**
 * How good the forecast of the peak is where it is used: at its quantile. The older half of the past forecasts sets
 * the bound, the newer half judges it, because a bound must not be judged by what set it. "Last value" gets a bound in
 * the same way, a fixed margin above the last value, so that it is compared at its best.
 *
 * The error of a bound is the quantile (pinball) loss, doubled so that it is the absolute error at a quantile of 0.5:
 * the distance to the actual peak, times 2 q where the bound was too low and 2 (1 - q) where it was too high.
 *
 * Source: Koenker and Bassett (1978), "Regression quantiles", Econometrica 46.
 *
 * @param expected the error that was to be expected at each origin
 */
export function measureQuality(
  { errors, lastValueErrors }: PeakErrors,
  expected: Float64Array,
  quantile: number,
): ModelQuality {
  const known = [...errors.keys()].filter((i) => !Number.isNaN(errors[i]! + lastValueErrors[i]!));
  const half = known.length >> 1;
  const older = known.slice(0, half);
  const newer = known.slice(half);
  const divided = (i: number) => (expected[i]! > 0 ? errors[i]! / expected[i]! : 0);
  const modelBound = quantileOfSorted(Float64Array.from(older, divided).sort(), quantile);
  const lastValueBound = quantileOfSorted(
    Float64Array.from(older, (i) => lastValueErrors[i]!).sort(),
    quantile,
  );

  let modelLoss = 0;
  let lastValueLoss = 0;
  let covered = 0;
  for (const i of newer) {
    const aboveBound = errors[i]! - modelBound * expected[i]!;
    if (aboveBound <= 0) covered++;
    modelLoss += quantileLoss(aboveBound, quantile);
    lastValueLoss += quantileLoss(lastValueErrors[i]! - lastValueBound, quantile);
  }
  const judged = Math.max(1, newer.length);
  return {
    modelError: (2 * modelLoss) / judged,
    lastValueError: (2 * lastValueLoss) / judged,
    coverage: covered / judged,
    samples: known.length,
  };
}

function quantileLoss(aboveBound: number, quantile: number): number {
  return aboveBound > 0 ? quantile * aboveBound : (quantile - 1) * aboveBound;
}

/** A model must be this much better than "last value": a tie would change sides at every fit. */
const LEAST_GAIN = 0.03;

/** Whether the model fails to beat "last value" at the horizon in use, so that it should not decide. */
export function isGuarded({ modelError, lastValueError }: ModelQuality): boolean {
  return !(modelError < (1 - LEAST_GAIN) * lastValueError);
}
