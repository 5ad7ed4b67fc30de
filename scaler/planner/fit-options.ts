import type { Calendar } from '../calendar/types.js';
import type { FitOptions, SpecialSpan } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';

/** How long after the next fit and its horizon a model knows holidays and events. */
const COMING_SECONDS = 2 * 86_400;

/** How often models are fitted, and the special days that they know. */
export interface FitPlan {
  /** Distance between two fits. */
  readonly refitSeconds: number;
  readonly calendar?: Calendar | undefined;
}

/** Steps from the current one to that in which the horizon ends: one more than the horizon lasts. */
export function horizonSteps({
  horizonSeconds,
  stepSeconds,
}: Pick<Trigger, 'horizonSeconds' | 'stepSeconds'>) {
  return Math.max(1, Math.ceil(horizonSeconds / stepSeconds)) + 1;
}

/** The options of a fit on the window that ends at a boundary, the same in the live planner and in a replay. */
export function fitOptions(
  trigger: Trigger,
  boundarySeconds: number,
  { refitSeconds, calendar }: FitPlan,
): FitOptions {
  const { quantile, seasonality, timezone, historySeconds, horizonSeconds } = trigger;
  const steps = horizonSteps(trigger);
  const fromSeconds = boundarySeconds - historySeconds;
  const untilSeconds = boundarySeconds + 2 * refitSeconds + horizonSeconds + COMING_SECONDS;
  return {
    horizonSteps: steps,
    spanSteps: steps - 1,
    quantile,
    seasonality,
    timezone,
    windowSeconds: historySeconds,
    spans: specialSpans(calendar, fromSeconds, untilSeconds, timezone),
  };
}

/** The special days that overlap a span, for the forecast. */
export function specialSpans(
  calendar: Calendar | undefined,
  fromSeconds: number,
  untilSeconds: number,
  timezone: string,
): SpecialSpan[] | undefined {
  return calendar?.occurrences(fromSeconds, untilSeconds, timezone).map((occurrence) => {
    const { name, startSeconds, endSeconds, effects } = occurrence;
    const { learn, factor, holiday, likeStartSeconds } = effects;
    const like = likeStartSeconds ?? (holiday ? ('day off' as const) : undefined);
    return { name, startSeconds, endSeconds, learn, like, factor };
  });
}
