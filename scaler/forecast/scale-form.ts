import type { Member } from './types.js';

/**
 * The two forms of a member. In the log form the recursion sees log(value + offset), so effects multiply: right for a
 * load whose swing grows with its level. The offset keeps values near 0 from weighing more than they should.
 */
export function toForm(form: Member['form'], offset: number, values: Float64Array): Float64Array {
  if (form === 'additive') return values;
  return values.map((value) => Math.log(Math.max(value, 0) + offset));
}

/** A number in a member's scale as a value of the series. */
export function fromForm(form: Member['form'], offset: number, transformed: number): number {
  return form === 'additive' ? transformed : Math.exp(transformed) - offset;
}
