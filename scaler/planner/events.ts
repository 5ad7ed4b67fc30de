import { dayText } from '../calendar/effects.js';
import { wallSecondsOf } from '../calendar/local-time.js';
import type { Calendar, Effects, Occurrence } from '../calendar/types.js';
import type { FittedModel, Reference, StepEffects } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';
import { horizonSteps } from './fit-options.js';

/** The part of a trigger that events depend on. */
export type EventTrigger = Pick<Trigger, 'timezone' | 'threshold' | 'stepSeconds' | 'horizonSeconds'>;

/** Which past the load in an event is forecast from, and why. */
export type EventLike = Pick<
  Reference,
  'likeness' | 'likeStartSeconds' | 'scale' | 'pastErrors' | 'pastDays'
>;

/** An event that had an effect on an answer. */
export interface EffectiveEvent extends Occurrence {
  /** Left out for an event that is forecast as ordinary time. */
  readonly like?: EventLike;
}

/** The events within a horizon and what they do to its steps. */
export interface ComingEvents {
  readonly effects: StepEffects;
  readonly occurrences: readonly Occurrence[];
  /** The largest factor and floor over the steps; 1 and -Infinity where there are none. */
  readonly factor: number;
  readonly floor: number;
  /** Whether an event with a factor has begun, so that the load now includes its effect. */
  readonly hasBegun: boolean;
}

/**
 * The events within the horizon; undefined where there are none. When events overlap, their factors multiply and the
 * largest floor holds.
 *
 * @param fromSeconds begin of the current step
 * @param count of steps that are looked at. @default those of the horizon
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

/** Events, each with the past that the model forecasts it from. */
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
 * The past that an event is forecast from, in words.
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
