import { inspect } from 'node:util';

/** What is shown in place of a secret. */
export const HIDDEN = '(hidden)';

/** A secret that has to be asked for by name: in text, JSON and dumps it shows as `(hidden)`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

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
