import { setTimeout as delay } from 'node:timers/promises';

const pauseMilliseconds = 50;

/**
 * Asks `probe` again and again until it gives something other than `undefined` or `false`, and returns that.
 * A probe that throws counts as "not yet".
 * @param what ends the sentence "waited for ..." of the failure
 * @throws Error that says what was waited for, how long, and the last error
 */
export async function waitFor<Value>(
  what: string,
  timeoutSeconds: number,
  probe: () => Promise<Value | undefined | false> | Value | undefined | false,
): Promise<Value> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  let lastError: unknown;
  do {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await delay(pauseMilliseconds);
  } while (performance.now() < deadline);
  const reason = lastError === undefined ? '' : `; the last try failed: ${String(lastError)}`;
  throw new Error(`waited ${timeoutSeconds} s for ${what}${reason}`, { cause: lastError });
}
