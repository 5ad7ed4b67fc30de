/**
 * Seasons follow the wall clock: what happens at 09:00 on Monday happens at 09:00 on Monday after the clocks change
 * too. These functions turn epoch seconds into local seconds and into slots of a season.
 */

/** No zone changes its offset twice within a day. */
export const DAY_SECONDS = 86_400;
/** No zone changes its offset within a quarter of an hour. */
const QUARTER_SECONDS = 900;
/** Instants that are remembered for each zone: the midnights of more than a year. */
const MOST_INSTANTS = 500;

/** When a series begins, and in which time zone. */
export interface Clock {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly timezone: string;
}

/** How a zone is read, and its offsets from UTC that were looked up lately, by instant. */
interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}
const zones = new Map<string, Zone>();

/**
 * Seconds that the wall clock of an IANA zone is ahead of UTC at an instant (negative in the west). Zones with
 * half-hour and quarter-hour offsets are exact.
 *
 * @throws RangeError when the zone is not known to this Node's time zone data.
 * @example utcOffsetSeconds('Europe/Berlin', Date.UTC(2026, 6, 1) / 1000) // 7200
 */
export function utcOffsetSeconds(timezone: string, epochSeconds: number): number {
  if (timezone === 'UTC') return 0;
  let zone = zones.get(timezone);
  if (zone === undefined) {
    zone = { formatter: formatterOf(timezone), offsets: new Map() };
    zones.set(timezone, zone);
  }
  const midnight = Math.floor(epochSeconds / DAY_SECONDS) * DAY_SECONDS;
  const offset = offsetAt(zone, midnight);
  if (offset === offsetAt(zone, midnight + DAY_SECONDS)) return offset;
  return offsetAt(zone, Math.floor(epochSeconds / QUARTER_SECONDS) * QUARTER_SECONDS);
}

function offsetAt({ formatter, offsets }: Zone, epochSeconds: number): number {
  let offset = offsets.get(epochSeconds);
  if (offset === undefined) {
    offset = readOffset(formatter, epochSeconds);
    if (offsets.size >= MOST_INSTANTS) offsets.clear();
    offsets.set(epochSeconds, offset);
  }
  return offset;
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function readOffset(formatter: Intl.DateTimeFormat, epochSeconds: number): number {
  const field = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatter.formatToParts(epochSeconds * 1000))
    if (type in field) field[type as keyof typeof field] = Number(value);
  const wall =
    Date.UTC(field.year, field.month - 1, field.day, field.hour, field.minute, field.second) / 1000;
  return wall - epochSeconds;
}

/** How many slots a season has on a grid: its period in steps, at least one. */
export function slotCount(periodSeconds: number, stepSeconds: number): number {
  return Math.max(1, Math.round(periodSeconds / stepSeconds));
}

/** Slot of a season that an instant falls into, given the zone's offset from UTC at that instant. */
export function slotAt(
  epochSeconds: number,
  offsetSeconds: number,
  periodSeconds: number,
  slots: number,
): number {
  const local = epochSeconds + offsetSeconds;
  const phase = local - Math.floor(local / periodSeconds) * periodSeconds;
  return Math.min(slots - 1, Math.floor((phase * slots) / periodSeconds));
}

/** Slot of each step in a season, the steps of the horizon included. */
export interface SeasonSlots {
  /** 0 when there is only one slot for all times. */
  readonly periodSeconds: number;
  readonly slotCount: number;
  readonly slots: Int32Array;
}

/** Slots of the first `count` steps of a clock. */
export function seasonSlots(clock: Clock, count: number, periodSeconds: number): Int32Array {
  const slots = slotCount(periodSeconds, clock.stepSeconds);
  return ofEachStep(clock, count, (time, offset) => slotAt(time, offset, periodSeconds, slots));
}

/**
 * Steps that the wall clock is ahead of UTC at each of the first `count` steps; undefined when it stays the same from the
 * first to the last.
 */
export function clockSteps(clock: Clock, count: number): Int32Array | undefined {
  const { startSeconds, stepSeconds, timezone } = clock;
  const endSeconds = startSeconds + count * stepSeconds;
  if (utcOffsetSeconds(timezone, startSeconds) === utcOffsetSeconds(timezone, endSeconds)) return undefined;
  return allClockSteps(clock, count);
}

/** The same where the clock never moves too. */
export function allClockSteps(clock: Clock, count: number): Int32Array {
  return ofEachStep(clock, count, (_, offset) => Math.round(offset / clock.stepSeconds));
}

/**
 * What `valueAt` says of the instant of each step and the zone's offset then. Changes of the offset are found to the second by
 * bisection, so a few look-ups of the zone serve a whole history.
 */
function ofEachStep(
  { startSeconds, stepSeconds, timezone }: Clock,
  count: number,
  valueAt: (time: number, offsetSeconds: number) => number,
): Int32Array {
  const result = new Int32Array(count);
  let at = 0;
  while (at < count) {
    const from = startSeconds + at * stepSeconds;
    const offset = utcOffsetSeconds(timezone, from);
    const stop = offsetUntil(timezone, from, startSeconds + count * stepSeconds, offset);
    for (; at < count; at++) {
      const time = startSeconds + at * stepSeconds;
      if (time >= stop) break;
      result[at] = valueAt(time, offset);
    }
  }
  return result;
}

/** First instant after `from` at which the offset differs, looking a day at a time; `limit` when it stays. */
function offsetUntil(timezone: string, from: number, limit: number, offset: number): number {
  if (timezone === 'UTC') return limit;
  let same = Math.floor(from);
  while (same < limit) {
    const probe = Math.min(limit, same + DAY_SECONDS);
    if (utcOffsetSeconds(timezone, probe) === offset) {
      same = probe;
      continue;
    }
    let changed = probe;
    while (changed - same > 1) {
      const middle = Math.floor((same + changed) / 2);
      if (utcOffsetSeconds(timezone, middle) === offset) same = middle;
      else changed = middle;
    }
    return changed;
  }
  return limit;
}
