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
  // Node.js truncates a delay to whole milliseconds and counts from the last turn of its loop. A caller that wakes too
  // early would do its work twice.
  sleep: (seconds, signal) => delay(Math.ceil(seconds * 1000) + 1, undefined, { signal }),
};
