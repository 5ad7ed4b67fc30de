import ICAL from 'ical.js';
import { ScalerError } from '../shared/errors.js';
import { ValidationError } from '../shared/fields.js';
import { clip, show } from '../shared/show.js';
import { dayText, readEffectWords } from './effects.js';
import { eventName } from './event-text.js';
import { instantOf } from './local-time.js';
import type { CalendarEvents, EventEffects, Moment, TimedEvent } from './types.js';

const DAY_SECONDS = 86_400;

/**
 * Most occurrences in the time asked for: every hour of 200 days. Their local times are worked out on the thread that
 * answers.
 */
const MOST_OCCURRENCES = 5000;
/** Most problems with single events that are reported. */
const MOST_PROBLEMS = 5;

/**
 * Events of an iCalendar text that overlap a span, with recurrences expanded and without cancelled events. All-day
 * events and floating times are local; zones are those of the text or of the IANA database. A line such as
 * `scaler: x3 replicas=20` in the description of an event replaces `effects`.
 *
 * A hostile recurrence can keep the library busy forever: call it where it can be stopped.
 *
 * @throws ScalerError `rejected` when it is no iCalendar text
 * @see https://www.rfc-editor.org/rfc/rfc5545
 */
export function icalEvents(
  text: string,
  effects: EventEffects,
  fromSeconds: number,
  toSeconds: number,
): CalendarEvents {
  const components = parse(text);
  const isException = (component: ICAL.Component): boolean => component.hasProperty('recurrence-id');
  const series = new Map<string, ICAL.Component[]>();
  for (const component of components) if (!isException(component)) series.set(uidOf(component), []);
  for (const component of components)
    if (isException(component)) series.get(uidOf(component))?.push(component);
  const events: TimedEvent[] = [];
  const problems: string[] = [];
  let wrong = 0;
  for (const component of components) {
    // An exception without its series, as in an invitation to one occurrence, counts as an event.
    if (isException(component) && series.has(uidOf(component))) continue;
    try {
      const own = series.get(uidOf(component)) ?? [];
      for (const occurrence of occurrencesOf(component, own, fromSeconds, toSeconds)) {
        const event = timedEvent(occurrence, effects);
        if (event === undefined) continue;
        if (events.length >= MOST_OCCURRENCES)
          throw new ValidationError(
            `the calendar has more than ${MOST_OCCURRENCES} occurrences from ${dayText(fromSeconds)} to ${dayText(toSeconds)}; what follows is left out`,
          );
        events.push(event);
      }
    } catch (error) {
      // The library throws plain errors, which may repeat the values that it cannot use.
      const reason = error instanceof ValidationError ? error.reason! : (error as Error).message;
      wrong++;
      if (problems.length < MOST_PROBLEMS) problems.push(`event ${show(nameOf(component))}: ${clip(reason)}`);
      if (events.length >= MOST_OCCURRENCES) break;
    }
  }
  if (wrong > problems.length) problems.push(`and ${wrong - problems.length} more events`);
  return { events, problems };
}

/** What the library makes of a component: its name, its properties and the components in it. */
type Parsed = [name: string, properties: unknown[], components: Parsed[]];

/** The events of a text, whose zones are known from then on. */
function parse(text: string): ICAL.Component[] {
  try {
    const parsed = ICAL.parse(text) as unknown as Parsed | Parsed[];
    const calendars = (typeof parsed[0] === 'string' ? [parsed] : parsed) as Parsed[];
    if (calendars.length > 0 && calendars.every(([name]) => name === 'vcalendar')) {
      // Without its calendar, which the library would search for each event and for each occurrence.
      const components = calendars.flatMap(([, , inside]) => inside.map((one) => new ICAL.Component(one)));
      const events = components.filter(({ name }) => name === 'vevent');
      knowZones(components, events);
      return events;
    }
  } catch (error) {
    throw new ScalerError(
      'rejected',
      `is no iCalendar text (${clip((error as Error).message, 120)}); expected BEGIN:VCALENDAR as in RFC 5545`,
      { cause: error },
    );
  }
  throw new ScalerError('rejected', 'is no iCalendar text; expected BEGIN:VCALENDAR as in RFC 5545');
}

/** A zone of the IANA database that a text names without defining it. */
class IanaZone extends ICAL.Timezone {
  override utcOffset(time: ICAL.Time): number {
    const wall = wallSeconds(time);
    return wall - instantOf(wall, this.tzid);
  }
}

function knowZones(components: readonly ICAL.Component[], events: readonly ICAL.Component[]): void {
  ICAL.TimezoneService.reset();
  for (const component of components)
    if (component.name === 'vtimezone') ICAL.TimezoneService.register(component);
  for (const event of events)
    for (const property of event.getAllProperties()) {
      const tzid = property.getParameter('tzid');
      if (typeof tzid === 'string' && !ICAL.TimezoneService.has(tzid) && isIana(tzid))
        ICAL.TimezoneService.register(new IanaZone({ tzid } as never), tzid);
    }
}

function isIana(tzid: string): boolean {
  try {
    instantOf(0, tzid);
    return true;
  } catch {
    // A RangeError: no such zone.
    return false;
  }
}

/** An event at one time, or the exception that stands for it. */
interface Placed {
  readonly component: ICAL.Component;
  readonly start: ICAL.Time;
  readonly end: ICAL.Time;
}

function* occurrencesOf(
  component: ICAL.Component,
  exceptions: readonly ICAL.Component[],
  fromSeconds: number,
  toSeconds: number,
): Iterable<Placed> {
  checkTimes(component);
  for (const exception of exceptions) checkTimes(exception);
  const event = new ICAL.Event(component, { exceptions: [...exceptions] });
  // The start belongs to the series (RFC 5545 section 3.8.5.2), but without a rule the library leaves it out.
  if (component.hasProperty('rdate') && !component.hasProperty('rrule'))
    component.addPropertyWithValue('rdate', event.startDate);
  const first = fromSeconds - DAY_SECONDS;
  const last = toSeconds + DAY_SECONDS;
  const isNear = ({ start, end }: Placed): boolean => end.toUnixTime() > first && start.toUnixTime() < last;
  if (!event.isRecurring()) {
    const single = { component, start: event.startDate, end: event.endDate };
    if (isNear(single)) yield single;
    return;
  }
  const starts = event.iterator();
  for (let start = starts.next(); start && start.toUnixTime() < last; start = starts.next()) {
    const { item, startDate, endDate } = event.getOccurrenceDetails(start);
    const placed = { component: item.component, start: startDate, end: endDate };
    if (isNear(placed)) yield placed;
  }
  // Those that were moved into the span from a later time.
  for (const exception of exceptions) {
    const { recurrenceId, startDate, endDate } = new ICAL.Event(exception);
    const placed = { component: exception, start: startDate, end: endDate };
    if (recurrenceId.toUnixTime() >= last && isNear(placed)) yield placed;
  }
}

/** @throws ValidationError when an event has no time that can be used */
function checkTimes(component: ICAL.Component): void {
  const { startDate, endDate } = new ICAL.Event(component);
  if (!startDate) throw new ValidationError('it has no start (DTSTART)');
  if (endDate.compare(startDate) <= 0)
    throw new ValidationError(
      component.hasProperty('dtend') || component.hasProperty('duration')
        ? 'it ends before it begins'
        : 'it has no end; give it DTEND or DURATION',
    );
  if (component.getAllProperties('rdate').some(({ type }) => type === 'period'))
    throw new ValidationError(
      'its RDATE has periods, which are not read; give times, or events of their own',
    );
  for (const name of ['dtstart', 'dtend']) {
    const property = component.getFirstProperty(name);
    const tzid = property?.getParameter('tzid');
    if (typeof tzid !== 'string' || property?.type === 'date') continue;
    if (!ICAL.TimezoneService.has(tzid))
      throw new ValidationError(
        `its time zone ${show(tzid)} is neither defined in the calendar nor one of the IANA database`,
      );
  }
}

/** @returns undefined for an event that was cancelled */
function timedEvent({ component, ...placed }: Placed, effects: EventEffects): TimedEvent | undefined {
  if (String(component.getFirstPropertyValue('status')).toUpperCase() === 'CANCELLED') return undefined;
  const [start, end] = [moment(placed.start), moment(placed.end)];
  if (end.isLocal !== start.isLocal)
    throw new ValidationError('only one of its start and its end has a time zone');
  return {
    name: nameOf(component),
    start,
    // An event in the hour that clocks skip keeps its length.
    end:
      end.seconds > start.seconds
        ? end
        : { ...end, seconds: start.seconds + wallSeconds(placed.end) - wallSeconds(placed.start) },
    effects: ownEffects(component) ?? effects,
  };
}

/** What the wall clock shows, counted as if it were in UTC. */
function wallSeconds({ year, month, day, hour, minute, second }: ICAL.Time): number {
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function moment(time: ICAL.Time): Moment {
  // Floating times have no zone; toUnixTime() counts them as if they were in UTC.
  const isLocal = time.isDate || time.zone === ICAL.Timezone.localTimezone;
  return { seconds: time.toUnixTime(), isLocal };
}

/**
 * The effects that the description gives. Calendars on the web write descriptions as HTML.
 *
 * @throws ValidationError when a word is no effect
 */
function ownEffects(component: ICAL.Component): EventEffects | undefined {
  const description = component.getFirstPropertyValue('description');
  if (typeof description !== 'string') return undefined;
  for (const line of description.replaceAll('&nbsp;', ' ').split(/\n|<[^<>]*>/)) {
    const words = /^\s*scaler:\s*(\S.*)$/i.exec(line)?.[1];
    if (words !== undefined) return readEffectWords(words.trim().split(/\s+/));
  }
  return undefined;
}

function nameOf(component: ICAL.Component): string {
  return eventName(String(component.getFirstPropertyValue('summary') ?? '')) || 'event without a name';
}

function uidOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue('uid'));
}
