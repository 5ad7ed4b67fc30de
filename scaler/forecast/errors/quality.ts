import type { ModelQuality } from '../types.js';
import { quantileOfSorted } from './quantile-of-sorted.js';

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
 * @param errors highest value in the horizon minus its forecast, one for each origin, NaN where unknown
 * @param lastValueErrors the same for "the last value stays"
 * @param expected the error that was to be expected at each origin
 */
export function measureQuality(
  errors: Float64Array,
  lastValueErrors: Float64Array,
  expected: Float64Array,
  quantile: number,
): Omit<ModelQuality, 'coverage'> {
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
  for (const i of newer) {
    const aboveBound = errors[i]! - modelBound * expected[i]!;
    modelLoss += quantileLoss(aboveBound, quantile);
    lastValueLoss += quantileLoss(lastValueErrors[i]! - lastValueBound, quantile);
  }
  const judged = Math.max(1, newer.length);
  return {
    modelError: (2 * modelLoss) / judged,
    lastValueError: (2 * lastValueLoss) / judged,
    samples: known.length,
  };
}

function quantileLoss(aboveBound: number, quantile: number): number {
  return aboveBound > 0 ? quantile * aboveBound : (quantile - 1) * aboveBound;
}

/** A model that is this much better than "last value" decides alone. */
const GAIN_OF_FULL_TRUST = 0.06;

/**
 * Share of the model in the forecast of the peak, the rest being "the last value stays": 0 where it is no better at the
 * horizon in use, 1 where it is clearly better. In between it grows with the gain, so that what is answered does not
 * jump from one fit to the next when the two are about as good.
 */
export function trustIn({
  modelError,
  lastValueError,
}: Pick<ModelQuality, 'modelError' | 'lastValueError'>): number {
  if (!(lastValueError > 0)) return 0;
  return Math.min(1, Math.max(0, (1 - modelError / lastValueError) / GAIN_OF_FULL_TRUST));
}
