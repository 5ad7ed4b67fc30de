import { LRUCache } from 'lru-cache';
import { instantOf, wallSecondsOf } from './local-time.js';
import type { Calendar, Effects, EventEffects, Moment, Occurrence, TimedEvent } from './types.js';

const DAY_SECONDS = 86_400;

/** Zones whose times are kept. */
const ZONES_KEPT = 64;

interface Resolved {
  /** Ascending by start. */
  readonly occurrences: readonly Occurrence[];
  readonly longestSeconds: number;
}

/** The events of one calendar. Their times are worked out once for each zone. */
export class EventList implements Calendar {
  readonly #zones = new LRUCache<string, Resolved>({
    max: ZONES_KEPT,
    memoMethod: (timezone) => this.#resolve(timezone),
  });

  constructor(
    readonly name: string,
    readonly events: readonly TimedEvent[],
  ) {}

  occurrences(fromSeconds: number, toSeconds: number, timezone: string): readonly Occurrence[] {
    const { occurrences, longestSeconds } = this.#zones.memo(timezone);
    const found: Occurrence[] = [];
    for (let at = firstFrom(occurrences, fromSeconds - longestSeconds); at < occurrences.length; at++) {
      const occurrence = occurrences[at]!;
      if (occurrence.startSeconds >= toSeconds) break;
      if (occurrence.endSeconds > fromSeconds) found.push(occurrence);
    }
    return found;
  }

  #resolve(timezone: string): Resolved {
    const occurrences = this.events.map((event) => occurrenceOf(event, this.name, timezone)).sort(byStart);
    const longestSeconds = occurrences.reduce(
      (longest, { startSeconds, endSeconds }) => Math.max(longest, endSeconds - startSeconds),
      0,
    );
    return { occurrences, longestSeconds };
  }
}

/** Several calendars as one. @param lists asked again each time, so they may change */
export function joined(lists: () => readonly Calendar[]): Calendar {
  return {
    occurrences: (fromSeconds, toSeconds, timezone) =>
      lists()
        .flatMap((list) => list.occurrences(fromSeconds, toSeconds, timezone))
        .sort(byStart),
  };
}

function byStart(one: Occurrence, other: Occurrence): number {
  return one.startSeconds - other.startSeconds || one.endSeconds - other.endSeconds;
}

/** Index of the first occurrence that begins at a time or later. */
function firstFrom(occurrences: readonly Occurrence[], seconds: number): number {
  let low = 0;
  let high = occurrences.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (occurrences[middle]!.startSeconds < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

function occurrenceOf(
  { name, start, end, effects }: TimedEvent,
  calendar: string,
  timezone: string,
): Occurrence {
  const startSeconds = settled(start, timezone);
  const endSeconds = settled(end, timezone);
  const lengthSeconds = end.seconds + (end.plusSeconds ?? 0) - start.seconds;
  return {
    name,
    calendar,
    startSeconds,
    // An event in the hour that clocks skip keeps its length.
    endSeconds: endSeconds > startSeconds ? endSeconds : startSeconds + lengthSeconds,
    effects: settledEffects(effects, startSeconds, timezone),
  };
}

function settled({ seconds, isLocal, plusSeconds = 0 }: Moment, timezone: string): number {
  return (isLocal ? instantOf(seconds, timezone) : seconds) + plusSeconds;
}

function settledEffects(effects: EventEffects, startSeconds: number, timezone: string): Effects {
  const { likeDaySeconds, ...others } = effects;
  if (likeDaySeconds === undefined) return others;
  const wall = wallSecondsOf(startSeconds, timezone);
  const midnight = Math.floor(wall / DAY_SECONDS) * DAY_SECONDS;
  return { ...others, likeStartSeconds: instantOf(likeDaySeconds + wall - midnight, timezone) };
}
