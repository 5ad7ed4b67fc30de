import { setTimeout as delay } from 'node:timers/promises';

/**
 * Where the program takes the time from. Everything that depends on time receives a Clock, so that replay, demo and
 * tests can drive it.
 */
export interface Clock {
  /** Seconds since the Unix epoch, with fractions. */
  nowSeconds(): number;
  /** Resolves when `seconds` have passed on this clock; rejects with the signal's reason when it is aborted first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowSeconds: () => Date.now() / 1000,
  sleep: (seconds, signal) => delay(seconds * 1000, undefined, { signal }),
};
