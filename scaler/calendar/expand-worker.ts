import { ScalerError, type ScalerErrorKind } from '../shared/errors.js';
import { type HolidayRequest, holidayEvents } from './holidays.js';
import { icalEvents } from './ical.js';
import type { CalendarEvents, EventEffects } from './types.js';

/** The source and the span of a list of events. */
export type Expansion = {
  readonly fromSeconds: number;
  readonly toSeconds: number;
} & (
  | { readonly holidays: HolidayRequest }
  | { readonly ical: { readonly text: string; readonly effects: EventEffects } }
);

/** The list of events, or what is wrong: an error would lose its class on its way out of the thread. */
export type Expanded =
  | CalendarEvents
  | { readonly error: { readonly kind: ScalerErrorKind; readonly message: string } };

/** Program of the worker thread. */
export default function expand(task: Expansion): Expanded {
  const { fromSeconds, toSeconds } = task;
  try {
    if ('holidays' in task)
      return { events: holidayEvents(task.holidays, fromSeconds, toSeconds), problems: [] };
    return icalEvents(task.ical.text, task.ical.effects, fromSeconds, toSeconds);
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    return { error: { kind: error.kind, message: error.message } };
  }
}
