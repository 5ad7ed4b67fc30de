/** Larger numbers are mistakes of a query, not loads, and their squares would not be finite. */
const LARGEST = 1e100;

/** A copy in which every value that is not a usable number is NaN, which means unknown. */
export function clean(values: Float64Array): Float64Array {
  return values.map((value) => (Math.abs(value) <= LARGEST ? value : Number.NaN));
}
