import { setTimeout as delay } from 'node:timers/promises';

/** The source of time, passed to all that depends on it, so that demo and tests can drive it. */
export interface Clock {
  /** Seconds since the Unix epoch, with fractions. */
  nowSeconds(): number;
  /** Resolves when `seconds` have passed; rejects with the signal's reason when that is aborted first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  nowSeconds: () => Date.now() / 1000,
  // Node.js truncates a delay to whole milliseconds and counts from the last turn of its loop. A caller that woke too
  // early would do its work twice.
  sleep: (seconds, signal) => delay(Math.ceil(seconds * 1000) + 1, undefined, { signal }),
};
