/** Larger numbers are faults of a query, not loads, and their squares would not be finite. */
const LARGEST = 1e100;

/** A copy in which everything that is not a usable number is unknown: NaN. */
export function clean(values: Float64Array): Float64Array {
  return values.map((value) => (Math.abs(value) <= LARGEST ? value : Number.NaN));
}
