import type { CalendarState } from '../../calendar/calendar-store.js';
import { effectText } from '../../calendar/effects.js';
import type { Calendars, Occurrence } from '../../calendar/types.js';
import type { StepEffects } from '../../forecast/index.js';
import { comingEvents } from '../../planner/events.js';
import { redact } from '../../shared/redact.js';
import type { Trigger } from '../../trigger/trigger.js';
import type { CalendarView, EventView } from './contract.js';
import { rfc3339 } from './json-values.js';

/** The calendars that the API reads. */
export interface KnownCalendars extends Calendars {
  states(names: readonly string[]): readonly CalendarState[];
}

/** How far ahead events are listed. */
const COMING_SECONDS = 14 * 86_400;

/** The events of a trigger from a time in the past on. */
export function eventViews(
  calendars: KnownCalendars,
  trigger: Trigger,
  fromSeconds: number,
  nowSeconds: number,
): EventView[] {
  const { timezone } = trigger;
  const found = calendars.of(trigger)?.occurrences(fromSeconds, nowSeconds + COMING_SECONDS, timezone);
  return (found ?? []).map((event) => eventView(event, trigger));
}

/** The effects of events on a number of steps. */
export type EffectsOf = (fromSeconds: number, steps: number) => StepEffects | undefined;

/** The effects of the events of a trigger on a forecast. */
export function effectsAhead(calendars: KnownCalendars, trigger: Trigger): EffectsOf {
  return (fromSeconds, steps) => comingEvents(calendars.of(trigger), trigger, fromSeconds, steps)?.effects;
}

/** The calendars that a trigger names. */
export function calendarViews(calendars: KnownCalendars, trigger: Trigger): CalendarView[] {
  return calendars.states(trigger.calendars).map(({ name, origin, readAtSeconds, problem }) => ({
    name,
    origin,
    readTime: readAtSeconds === undefined ? null : rfc3339(readAtSeconds),
    problem: problem === undefined ? null : redact(problem),
  }));
}

/** One event. */
export function eventView(
  { name, calendar, startSeconds, endSeconds, effects }: Occurrence,
  { timezone, historySeconds }: Pick<Trigger, 'timezone' | 'historySeconds'>,
): EventView {
  const [startTime, endTime] = [rfc3339(startSeconds), rfc3339(endSeconds)] as const;
  return {
    name,
    calendar,
    startTime,
    endTime,
    effect: effectText(effects, timezone, startSeconds - historySeconds),
  };
}
