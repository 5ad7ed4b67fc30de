import { utcOffsetSeconds } from '../forecast/seasons/local-time.js';

/** Longer than any change of an offset. */
const DAY_SECONDS = 86_400;

/**
 * The instant at which the wall clock of a zone shows a time. Of two, when clocks are turned back, the first; a time
 * that they skip is read with the offset from before, as RFC 5545 section 3.3.5 has it.
 *
 * @param wallSeconds what the clock shows, counted as if it were UTC's.
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

/** What the wall clock of a zone shows at an instant, counted as if it were UTC's. */
export function wallSecondsOf(epochSeconds: number, timezone: string): number {
  return epochSeconds + utcOffsetSeconds(timezone, epochSeconds);
}

/** Midnight that began the day, on any clock. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS;
}

/** The wall clock of a zone for thousands of questions: whole days without a change of the offset are looked up once. */
export class WallClock {
  /** Offset of a day and of the days beside it; undefined where it changes. */
  readonly #offsets = new Map<number, number | undefined>();

  constructor(readonly timezone: string) {}

  /** As the function of this name. */
  instantOf(wallSeconds: number): number {
    const offset = this.#offsetAround(dayOf(wallSeconds));
    return offset === undefined ? instantOf(wallSeconds, this.timezone) : wallSeconds - offset;
  }

  /** As the function of this name. */
  wallSecondsOf(epochSeconds: number): number {
    const offset = this.#offsetAround(dayOf(epochSeconds));
    return offset === undefined ? wallSecondsOf(epochSeconds, this.timezone) : epochSeconds + offset;
  }

  #offsetAround(day: number): number | undefined {
    if (this.#offsets.has(day)) return this.#offsets.get(day);
    const before = utcOffsetSeconds(this.timezone, day - DAY_SECONDS);
    const after = utcOffsetSeconds(this.timezone, day + 2 * DAY_SECONDS);
    const offset = before === after ? before : undefined;
    this.#offsets.set(day, offset);
    return offset;
  }
}
