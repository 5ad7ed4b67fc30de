import { utcOffsetSeconds } from '../forecast/seasons/local-time.js';

/** Longer than any change of an offset. */
const DAY_SECONDS = 86_400;

/**
 * The instant at which the wall clock of a zone shows a time. When clocks are turned back it is the first of the two; a
 * time that clocks skip is read with the offset from before (RFC 5545 section 3.3.5).
 *
 * @param wallSeconds what the clock shows, counted as if it were in UTC
 * @example instantOf(Date.UTC(2026, 9, 26) / 1000, 'Europe/Berlin') // Date.UTC(2026, 9, 25, 23) / 1000
 */
export function instantOf(wallSeconds: number, timezone: string): number {
  const before = utcOffsetSeconds(timezone, wallSeconds - DAY_SECONDS);
  const after = utcOffsetSeconds(timezone, wallSeconds + DAY_SECONDS);
  const early = wallSeconds - before;
  if (before === after || utcOffsetSeconds(timezone, early) === before) return early;
  const late = wallSeconds - after;
  return utcOffsetSeconds(timezone, late) === after ? late : early;
}

/** What the wall clock of a zone shows at an instant, counted as if it were in UTC. */
export function wallSecondsOf(epochSeconds: number, timezone: string): number {
  return epochSeconds + utcOffsetSeconds(timezone, epochSeconds);
}
