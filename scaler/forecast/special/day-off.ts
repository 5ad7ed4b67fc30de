import type { Likeness } from '../types.js';
import { type Example, ordinaryDays, otherDaysOff, type Past } from './past-days.js';
import { errorsOf, type ProfileErrors, profileOf } from './profile.js';
import type { StepSpan } from './timeline.js';

/** Ways to forecast a day off, which are compared on history. */
export type DayOffKind = Extract<Likeness, 'sunday' | 'day off' | 'ordinary'>;
const DAY_OFF_KINDS: readonly DayOffKind[] = ['sunday', 'day off', 'ordinary'];

const SUNDAY = 0;
/** The median of a few examples is less noisy than the newest alone; older ones may no longer be true. */
export const MOST_EXAMPLES = 3;
/** Days off of the past that are looked at, the newest. */
const MOST_JUDGED = 12;
/** Where ordinary days are at most this many times worse than the best way, days off count as ordinary and the whole model forecasts them. */
const AS_GOOD_AS = 1.1;

/** What days off were like in the past. */
export interface DayOffHistory {
  /** The way with the least error; undefined without a past day off to measure it on. */
  readonly best: DayOffKind | undefined;
  /** Mean absolute error of each way as a share of the load; NaN where it could not be tried. */
  readonly shares: Readonly<Record<DayOffKind, number>>;
  /** Errors of each way on each day. */
  readonly errors: Readonly<Record<DayOffKind, readonly ProfileErrors[]>>;
  /** Days off that were measured. */
  readonly days: number;
}

/** Days of the past that a span may be like. */
export function examplesOf(past: Past, span: StepSpan, kind: DayOffKind, until: number): Example {
  if (kind === 'day off') return otherDaysOff(past, span, MOST_EXAMPLES);
  const { timeline } = past;
  const weekday = kind === 'sunday' ? SUNDAY : timeline.weekday(timeline.day(span.from));
  return ordinaryDays(past, span, weekday, MOST_EXAMPLES, until);
}

/** Whether a span begins on a Sunday, which is like a Sunday in any case. */
export function isSunday({ timeline }: Past, { from }: StepSpan): boolean {
  return timeline.weekday(timeline.day(from)) === SUNDAY;
}

/** Tries each way to forecast a day off on those of the past. */
export function judgeDaysOff(past: Past): DayOffHistory {
  const judged = past.daysOff.filter((span) => !isSunday(past, span)).slice(-MOST_JUDGED);
  const errors = { sunday: [], 'day off': [], ordinary: [] } as Record<DayOffKind, ProfileErrors[]>;
  for (const span of judged)
    for (const kind of DAY_OFF_KINDS) {
      const profile = profileOf(past, span, examplesOf(past, span, kind, past.mean.length), span.from);
      if (profile) errors[kind].push(errorsOf(past, span, profile));
    }
  const share = (kind: DayOffKind) => {
    const known = errors[kind].map((of) => of.share).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const shares = { sunday: share('sunday'), 'day off': share('day off'), ordinary: share('ordinary') };
  const least = Math.min(
    ...DAY_OFF_KINDS.map((kind) => shares[kind]).filter((value) => !Number.isNaN(value)),
  );
  const best =
    shares.ordinary <= AS_GOOD_AS * least ? 'ordinary' : DAY_OFF_KINDS.find((kind) => shares[kind] === least);
  return { best, shares, errors, days: judged.length };
}
