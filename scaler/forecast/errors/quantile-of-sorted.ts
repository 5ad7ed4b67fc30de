/**
 * Quantile of numbers in ascending order as split conformal prediction takes it: the k-th smallest of n with
 * k = ceil((n + 1) * q), so that a new value of the same kind stays at or below it with probability at least q.
 * Between neighbours it interpolates; beyond the ends it gives the smallest or the largest. 0 for no numbers.
 *
 * Source: Lei et al. (2018), "Distribution-free predictive inference for regression", section 2.
 */
export function quantileOfSorted(sorted: Float64Array | Float32Array, q: number): number {
  const n = sorted.length;
  if (n === 0) return 0;
  const rank = Math.min(n - 1, Math.max(0, (n + 1) * q - 1));
  const below = Math.floor(rank);
  const above = Math.min(n - 1, below + 1);
  return sorted[below]! + (rank - below) * (sorted[above]! - sorted[below]!);
}

/** The quantiles at some shares, in single precision, or all numbers where there are no more of them than shares. */
export function quantilesAt(sorted: Float64Array | Float32Array, shares: readonly number[]): Float32Array {
  if (sorted.length <= shares.length) return Float32Array.from(sorted);
  return Float32Array.from(shares, (q) => quantileOfSorted(sorted, q));
}
