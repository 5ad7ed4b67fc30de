import { dayText } from '../calendar/effects.js';
import { wallSecondsOf } from '../calendar/local-time.js';
import type { Calendar, Effects, Occurrence } from '../calendar/types.js';
import type { FittedModel, Reference, SpecialSpan, StepEffects } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';
import { horizonSteps } from './fit-options.js';

/** Holidays and events that begin so long after a fit are known to its model. */
const COMING_SECONDS = 2 * 86_400;

/** What a trigger says that events depend on. */
export type EventTrigger = Pick<Trigger, 'timezone' | 'threshold' | 'stepSeconds' | 'horizonSeconds'>;

/** What the load in an event is taken to be like, and why. */
export type EventLike = Pick<
  Reference,
  'likeness' | 'likeStartSeconds' | 'scale' | 'pastErrors' | 'pastDays'
>;

/** An event that had a part in an answer. */
export interface EffectiveEvent extends Occurrence {
  /** What its load was taken to be like; left out where it is forecast as any other time, or not in the history. */
  readonly like?: EventLike;
}

/** The events within a horizon and what they do to its steps. */
export interface ComingEvents {
  readonly effects: StepEffects;
  readonly occurrences: readonly Occurrence[];
  /** The largest factor and floor over the steps; 1 and -Infinity where there are none. */
  readonly factor: number;
  readonly floor: number;
  /** Whether an event with a factor has begun: the load now has it in it. */
  readonly hasBegun: boolean;
}

/** What a calendar says of the time that a model is fitted on and of the time soon after, as the forecast takes it. */
export function specialSpans(
  calendar: Calendar | undefined,
  timezone: string,
  fromSeconds: number,
  boundarySeconds: number,
  refitSeconds: number,
): SpecialSpan[] | undefined {
  const untilSeconds = boundarySeconds + 2 * refitSeconds + COMING_SECONDS;
  return calendar?.occurrences(fromSeconds, untilSeconds, timezone).map((occurrence) => {
    const { name, startSeconds, endSeconds, effects } = occurrence;
    const { learn, factor, holiday, likeStartSeconds } = effects;
    const like = likeStartSeconds ?? (holiday ? ('day off' as const) : undefined);
    return { name, startSeconds, endSeconds, learn, like, factor };
  });
}

/**
 * The events within the horizon from a step on; undefined where there are none. Factors of events that overlap multiply, the larger
 * floor holds.
 *
 * @param fromSeconds when the step begins that holds now
 * @param count steps that are looked at, those of the horizon unless given
 */
export function comingEvents(
  calendar: Calendar | undefined,
  trigger: EventTrigger,
  fromSeconds: number,
  count = horizonSteps(trigger),
): ComingEvents | undefined {
  if (calendar === undefined) return undefined;
  const { timezone, threshold, stepSeconds } = trigger;
  const occurrences = calendar.occurrences(fromSeconds, fromSeconds + count * stepSeconds, timezone);
  if (occurrences.length === 0) return undefined;
  const factors = new Float64Array(count).fill(1);
  const floors = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (const { startSeconds, endSeconds, effects } of occurrences) {
    const first = Math.max(0, Math.floor((startSeconds - fromSeconds) / stepSeconds));
    const end = Math.min(count, Math.ceil((endSeconds - fromSeconds) / stepSeconds));
    const floor = floorOf(effects, threshold);
    for (let h = first; h < end; h++) {
      factors[h]! *= effects.factor ?? 1;
      floors[h] = Math.max(floors[h]!, floor);
    }
  }
  return {
    effects: { factors, floors },
    occurrences,
    factor: Math.max(...factors),
    floor: Math.max(...floors),
    hasBegun: occurrences.some(
      ({ startSeconds, effects }) => effects.factor !== undefined && startSeconds < fromSeconds + stepSeconds,
    ),
  };
}

function floorOf({ floor = Number.NEGATIVE_INFINITY, floorReplicas }: Effects, threshold: number): number {
  return Math.max(floor, floorReplicas === undefined ? Number.NEGATIVE_INFINITY : floorReplicas * threshold);
}

/** Events with what the model takes each to be like. */
export function effectiveEvents(
  events: ComingEvents | undefined,
  model: FittedModel | undefined,
): readonly EffectiveEvent[] {
  const references = model?.special?.references ?? [];
  return (events?.occurrences ?? []).map((occurrence) => {
    const { name, startSeconds } = occurrence;
    const reference = references.find((one) => one.name === name && one.startSeconds === startSeconds);
    if (!reference) return occurrence;
    const { likeness, likeStartSeconds, scale, pastErrors, pastDays } = reference;
    return { ...occurrence, like: { likeness, likeStartSeconds, scale, pastErrors, pastDays } };
  });
}

/**
 * What an event is taken to be like, for people.
 *
 * @example likeText(event.like, 'UTC') // 'like Sunday 2026-11-22 and 1 more, at 104 % of its level'
 */
export function likeText(
  { likeness, likeStartSeconds, scale, pastDays }: EventLike,
  timezone: string,
): string {
  const rests =
    pastDays === 0 ? '' : `, as ${pastDays === 1 ? 'a day off' : `${pastDays} days off`} of the history`;
  const [newest] = likeStartSeconds;
  if (likeness === 'ordinary' || newest === undefined) return `like an ordinary day${rests}`;
  const day = new Intl.DateTimeFormat('en-US', { timeZone: timezone, weekday: 'long' }).format(newest * 1000);
  const more = likeStartSeconds.length > 1 ? ` and ${likeStartSeconds.length - 1} more` : '';
  const level = Math.abs(scale - 1) < 0.005 ? '' : `, at ${Math.round(100 * scale)} % of its level`;
  const decided = likeness === 'sunday' || likeness === 'day off' ? rests : '';
  return `like ${day} ${dayText(wallSecondsOf(newest, timezone))}${more}${level}${decided}`;
}
