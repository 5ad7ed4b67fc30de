import { inspect } from 'node:util';

/** What is shown in place of a secret. */
export const HIDDEN = '(hidden)';

/**
 * Makes an object write itself as something else in JSON and dumps. Reading its properties is not affected, and what is
 * added is not enumerable, so that copies and comparisons do not see it.
 *
 * @returns the same object, frozen.
 */
export function showAs<T extends object>(value: T, shown: () => unknown): T {
  Object.defineProperty(value, 'toJSON', { value: shown });
  Object.defineProperty(value, inspect.custom, { value: shown });
  return Object.freeze(value);
}
