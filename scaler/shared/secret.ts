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

/** Keys that hold secrets in a configuration: passwords and tokens, and headers and parameters, where tokens hide. */
const SECRET_KEY = /^(password|token|headers|queryParameters)$/;

/** A deep copy of plain data for showing, with everything under a key that may hold a secret hidden. */
export function withoutSecrets(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      if (!isSecretKey(key)) return [key, withoutSecrets(held)];
      const names = held !== null && typeof held === 'object' ? Object.keys(held) : undefined;
      return [key, names === undefined ? HIDDEN : Object.fromEntries(names.map((name) => [name, HIDDEN]))];
    }),
  );
}

/** Whether a key of a configuration holds a secret, so that messages must not repeat its value. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}
