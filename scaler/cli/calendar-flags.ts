import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { EventList, joined } from '../calendar/event-list.js';
import { Expander } from '../calendar/expander.js';
import { fileSource } from '../calendar/ical-source.js';
import type { Calendar, TimedEvent } from '../calendar/types.js';
import { invalid, ScalerError } from '../shared/errors.js';

/** The flag about calendars. Events are a key of the trigger. */
export interface CalendarFlags {
  readonly calendar?: readonly string[];
}

/** Adds the flags about calendars and events to a command. */
export function addCalendarOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--calendar <file|country...>',
        'iCalendar files, and places whose holidays count: DE, DE-BE, BR-SP',
      ),
    )
    .option('--events <events>', "known events: 'Black Friday: 2026-11-27/P1D x3; ...'");
}

/**
 * The calendars that the flags name and the events, as one; undefined where there are none. Recurrences are expanded
 * from `fromSeconds` to `toSeconds`.
 *
 * @throws ScalerError that names the calendar that cannot be read
 */
export async function calendarOfFlags(
  { calendar: names = [] }: CalendarFlags,
  events: readonly TimedEvent[],
  fromSeconds: number,
  toSeconds: number,
): Promise<Calendar | undefined> {
  if (names.length === 0 && events.length === 0) return undefined;
  const expander = new Expander();
  const span = { fromSeconds, toSeconds };
  try {
    const lists = await Promise.all(names.map((name) => readCalendar(name, expander, span)));
    return joined(() => [...lists, new EventList('events', events)]);
  } finally {
    await expander.close();
  }
}

/** A name with a dot or slash is a file: codes of places have none. */
async function readCalendar(
  name: string,
  expander: Expander,
  span: { readonly fromSeconds: number; readonly toSeconds: number },
): Promise<EventList> {
  const isFile = /[./\\]/.test(name);
  try {
    const { events, problems } = await expander.expand(
      isFile
        ? { ...span, ical: { text: await fileSource(name).read(), effects: { learn: false } } }
        : { ...span, holidays: { place: name, kinds: ['public'], effects: { holiday: true, learn: false } } },
    );
    if (problems.length > 0) throw invalid(problems.join('; '));
    return new EventList(isFile ? basename(name) : name, events);
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    const hint = isFile ? '' : '; a file is given by its path, such as ./launches.ics';
    // For a running scaler a missing file may still appear; here it is a wrong argument.
    throw new ScalerError(isFile ? 'invalid' : error.kind, `--calendar ${name}: ${error.message}${hint}`, {
      cause: error,
    });
  }
}
