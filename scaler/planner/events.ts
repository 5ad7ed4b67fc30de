import { effectText } from '../calendar/effect-text.js';
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
export interface EffectiveEvent extends Omit<Occurrence, 'effects'> {
  /** What the calendar says that it does, for people: `x3, at least 20 replicas`. */
  readonly effect: string;
  /** The forecast was multiplied by this. */
  readonly factor?: number | undefined;
  /** The answer was kept at or above this, in the query's unit. */
  readonly floor?: number | undefined;
  /** What its load was taken to be like; undefined where it is forecast as any other time. */
  readonly like?: EventLike | undefined;
  /** Whether the model learns from its hours. */
  readonly learn: boolean;
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
 */
export function comingEvents(
  calendar: Calendar | undefined,
  trigger: EventTrigger,
  fromSeconds: number,
): ComingEvents | undefined {
  if (calendar === undefined) return undefined;
  const { timezone, threshold, stepSeconds } = trigger;
  const count = horizonSteps(trigger);
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

/** Events in words and numbers, with what the model takes each to be like. */
export function effectiveEvents(
  events: ComingEvents | undefined,
  { timezone, threshold }: EventTrigger,
  model: FittedModel | undefined,
): EffectiveEvent[] {
  const references = model?.special?.references ?? [];
  return (events?.occurrences ?? []).map(({ effects, ...occurrence }) => {
    const { name, startSeconds } = occurrence;
    const reference = references.find((one) => one.name === name && one.startSeconds === startSeconds);
    const floor = floorOf(effects, threshold);
    return {
      ...occurrence,
      effect: effectText(effects, timezone),
      factor: effects.factor,
      floor: Number.isFinite(floor) ? floor : undefined,
      like: reference && likeOf(reference),
      learn: effects.learn,
    };
  });
}

function likeOf({ likeness, likeStartSeconds, scale, pastErrors, pastDays }: Reference): EventLike {
  return { likeness, likeStartSeconds, scale, pastErrors, pastDays };
}
