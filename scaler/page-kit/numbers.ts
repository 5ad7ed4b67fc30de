/** Writes whole numbers: 1,284. */
export const wholeNumbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const fewDigits = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

/** A load in few digits: 0.0123, 7.25, 83.4, 1,284. A dash when it is not known. */
export function load(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) >= 100 ? wholeNumbers.format(value) : fewDigits.format(value);
}
