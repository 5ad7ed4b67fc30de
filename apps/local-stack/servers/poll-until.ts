import { setTimeout as delay } from 'node:timers/promises';

/** How long and how often to look. */
export interface PollOptions {
  readonly timeoutSeconds?: number;
  readonly intervalSeconds?: number;
}

/**
 * Looks again and again until there is something, and gives that back.
 *
 * @param what what is waited for, as the error names it: "the scaler to answer a forecast".
 * @param look gives undefined or false as long as it is not there; what it throws counts as "not yet".
 * @throws Error that names what was waited for, how long, and what was seen last.
 */
export async function pollUntil<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  { timeoutSeconds = 60, intervalSeconds = 0.05 }: PollOptions = {},
): Promise<Found> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      const seen = last instanceof Error ? last.message : String(last);
      throw new Error(`waited ${timeoutSeconds} s for ${what}; last seen: ${seen}`, { cause: last });
    }
    await delay(intervalSeconds * 1000);
  }
}
