import type { Member } from '../types.js';

/** The form of a member: which scale its recursion runs on. */
export type Form = Pick<Member, 'form' | 'logOffset'>;

/**
 * Values in a member's scale. In the log form the recursion runs on log(value + offset), so effects multiply: this suits a
 * load whose swing grows with its level. The offset keeps values near 0 from counting more than they should.
 *
 * @returns the same array for the additive form, a new one for the log form.
 */
export function toForm({ form, logOffset }: Form, values: Float64Array): Float64Array {
  if (form === 'additive') return values;
  return values.map((value) => Math.log(Math.max(value, 0) + logOffset));
}

/**
 * Turns numbers in a member's scale into values of the series, in place. What a log form expects is bounded to a
 * millionfold of the offset, so that a runaway trend cannot become infinite.
 */
export function fromForm({ form, logOffset }: Form, transformed: Float64Array): void {
  if (form === 'additive') return;
  const most = Math.log(logOffset) + 14;
  for (let i = 0; i < transformed.length; i++)
    transformed[i] = Math.exp(Math.min(most, transformed[i]!)) - logOffset;
}

/**
 * Offset of the log form: a tenth of the mean, so that the form means the same in every unit.
 *
 * @returns 0, which means that there is no log form, for a series with a negative value or without any load.
 */
export function offsetForLog(values: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    if (value < 0) return 0;
    sum += value;
    known++;
  }
  return known > 0 ? (0.1 * sum) / known : 0;
}
