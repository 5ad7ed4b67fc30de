import type { PeakErrors } from './peak-errors.js';
import { quantileOfSorted } from './quantile-of-sorted.js';
import type { ModelQuality } from './types.js';

/**
 * How good the forecast of the peak is, and how good "last value" would have been, both with their own median error
 * taken out, because it is a quantile that is used and not the forecast itself.
 *
 * @param divided the same errors as in `errors`, each divided by the error that was to be expected
 */
export function measureQuality(
  { errors, lastValueErrors }: PeakErrors,
  divided: Float64Array,
  quantile: number,
): ModelQuality {
  const known = errors.filter((error) => !Number.isNaN(error));
  return {
    modelError: spread(known),
    lastValueError: spread(lastValueErrors.filter((error) => !Number.isNaN(error))),
    coverage: coverage(
      divided.filter((error) => !Number.isNaN(error)),
      quantile,
    ),
    samples: known.length,
  };
}

/** Mean absolute distance from the median; 0 for no numbers. */
function spread(errors: Float64Array): number {
  if (errors.length === 0) return 0;
  const middle = quantileOfSorted(errors.slice().sort(), 0.5);
  let sum = 0;
  for (let i = 0; i < errors.length; i++) sum += Math.abs(errors[i]! - middle);
  return sum / errors.length;
}

/** Share of the newer half at or below the quantile of the older half: a bound must not be judged by what set it. */
function coverage(errors: Float64Array, quantile: number): number {
  const half = errors.length >> 1;
  if (half === 0) return 0;
  const bound = quantileOfSorted(errors.slice(0, half).sort(), quantile);
  let below = 0;
  for (let i = half; i < errors.length; i++) if (errors[i]! <= bound) below++;
  return below / (errors.length - half);
}

/** A model must be this much better than "last value": a tie would change sides at every fit. */
const LEAST_GAIN = 0.03;

/** Whether the model fails to beat "last value" at the horizon in use, so that it should not decide. */
export function isGuarded({ modelError, lastValueError }: ModelQuality): boolean {
  return !(modelError < (1 - LEAST_GAIN) * lastValueError);
}
