/** Writes whole numbers: 1,284. */
export const wholeNumbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const fewDigits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

/** Larger numbers are written with an exponent, since there is no room for them. */
const HUGE = 1e9;

/** A load in few digits: 0.0123, 7.25, 83.4, 1,284, 1.235e16. A dash when it is not known. */
export function load(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) >= 100 ? whole(value) : fewDigits.format(value);
}

/** A number without its fraction: 1,284, and 1.235e16 where it is huge. */
export function whole(value: number): string {
  if (Math.abs(value) < HUGE) return wholeNumbers.format(value);
  return value.toExponential(3).replace(/\.?0*e\+/, 'e');
}
