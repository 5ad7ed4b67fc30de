import { quantileOfSorted } from './quantile-of-sorted.js';

/** Bounds of the spread: quiet days must not reduce the margin to nothing, and one long incident must not make it huge. */
const NARROWEST = 0.5;
const WIDEST = 8;

/** Errors of more than this many times the bound are incidents: they say nothing about the margin that ordinary times need. */
const INCIDENT = 10;

/** How a quantile follows its misses. */
export interface Pace {
  /** Share of errors that are to stay at or below the bound. */
  readonly quantile: number;
  /** By how much the spread grows with each step that is missed; it shrinks in proportion with each step that is not. */
  readonly rate: number;
  /** Steps from one error to the next. */
  readonly stride: number;
  /** Steps until an error is known: as many as the forecast looks ahead. */
  readonly lagSteps: number;
}

/**
 * Errors in ascending order, with their distances from the median scaled so that recent errors exceed the quantile as often
 * as they should: adaptive conformal inference. Starting with the oldest error, each miss widens the spread and each hit
 * narrows it. In the long run the share of misses is therefore the one asked for, as long as the spread stays within its
 * bounds. Errors of exactly 0, as in a night without load, and errors of incidents change nothing. For quantiles at or below
 * the median the errors stay as they are.
 *
 * Source: Gibbs and Candès (2021), "Adaptive conformal inference under distribution shift". That the bound itself moves
 * instead of its level, and so is not limited by the largest error, is the quantile tracking of Angelopoulos, Candès and
 * Tibshirani (2023), "Conformal PID control for time series prediction", section 2.
 *
 * @param errors divided by what was to be expected, in order of time, NaN where unknown
 */
export function adaptedErrors(errors: Float64Array, pace: Pace): Float64Array {
  const sorted = sortedErrors(errors);
  const { median, spread } = follow(errors, sorted, pace);
  return spread === 1 ? sorted : sorted.map((error) => median + spread * (error - median));
}

/**
 * Share of the newer half of the errors that such a quantile would have covered, each knowing only the errors before it; the
 * older half sets the first quantile. 0 without errors.
 */
export function adaptedCoverage(errors: Float64Array, pace: Pace): number {
  const known = errors.filter((error) => !Number.isNaN(error)).length;
  let half = 0;
  for (let seen = 0; seen < known >> 1; half++) if (!Number.isNaN(errors[half]!)) seen++;
  const { missed } = follow(errors.subarray(half), sortedErrors(errors.subarray(0, half)), pace);
  const judged = known - (known >> 1);
  return judged > 0 ? 1 - missed / judged : 0;
}

/** The spread after the last error that is known, and how many errors were beyond the bound of their time. */
function follow(errors: Float64Array, sorted: Float64Array, { quantile, rate, stride, lagSteps }: Pace) {
  const median = quantileOfSorted(sorted, 0.5);
  const bound = quantileOfSorted(sorted, quantile) - median;
  const missShare = ((1 - quantile) * sorted.length) / sorted.filter((error) => error !== 0).length;
  const isMissed = new Uint8Array(errors.length);
  const lag = Math.ceil(lagSteps / stride);
  let spread = 1;
  let missed = 0;
  for (let i = 0; i < errors.length + lag; i++) {
    const known = i - lag;
    const error = known >= 0 ? errors[known]! : Number.NaN;
    // An unknown error (NaN) fails the last comparison.
    if (bound > 0 && error !== 0 && error - median <= INCIDENT * bound) {
      const change = rate * stride * (isMissed[known]! - missShare);
      spread = Math.min(WIDEST, Math.max(NARROWEST, spread + change));
    }
    if (errors[i]! > median + spread * bound) {
      isMissed[i] = 1;
      missed++;
    }
  }
  return { median, spread, missed };
}

function sortedErrors(errors: Float64Array): Float64Array {
  return errors.filter((error) => !Number.isNaN(error)).sort();
}
