import Holidays from 'date-holidays';
import { distance } from 'fastest-levenshtein';
import { invalid } from '../shared/errors.js';
import { show } from '../shared/show.js';
import type { CalendarConfig } from './calendar-config.js';
import { daySeconds } from './effects.js';
import type { EventEffects, TimedEvent } from './types.js';

const DAY_SECONDS = 86_400;

/** Most places that a message suggests. */
const MOST_NEAR = 6;

/** Kinds of holidays that the library distinguishes. */
export type HolidayKind = CalendarConfig['kinds'][number];

/** Which holidays are wanted. */
export interface HolidayRequest {
  /** Country, state and region by their codes: `DE`, `DE-BE`, `DE-BY-A`. */
  readonly place: string;
  readonly kinds: readonly HolidayKind[];
  readonly effects: EventEffects;
}

/**
 * Holidays of a place, as days of the wall clock wherever the trigger is.
 *
 * @throws ScalerError `invalid` with the nearest codes when there is no such place
 */
export function holidayEvents(
  { place, kinds, effects }: HolidayRequest,
  fromSeconds: number,
  toSeconds: number,
): TimedEvent[] {
  const holidays = holidaysOf(place);
  const yearOf = (seconds: number) => new Date(seconds * 1000).getUTCFullYear();
  const events: TimedEvent[] = [];
  // A holiday of some days may reach into the next year.
  for (let year = yearOf(fromSeconds) - 1; year <= yearOf(toSeconds) + 1; year++)
    for (const { date, start, end, name, type } of holidays.getHolidays(year)) {
      if (!kinds.includes(type as HolidayKind)) continue;
      const startSeconds = wallSeconds(date);
      const exact = (end.getTime() - start.getTime()) / 1000;
      // The library counts exact seconds, and a day on which clocks change has 23 or 25 hours.
      const endSeconds =
        startSeconds % DAY_SECONDS === 0
          ? startSeconds + DAY_SECONDS * Math.max(1, Math.round(exact / DAY_SECONDS))
          : startSeconds + exact;
      if (endSeconds <= fromSeconds - DAY_SECONDS || startSeconds >= toSeconds + DAY_SECONDS) continue;
      events.push({
        name,
        start: { seconds: startSeconds, isLocal: true },
        end: { seconds: endSeconds, isLocal: true },
        effects,
      });
    }
  return events;
}

/** The day, and the time where there is one. Feasts that begin at sunset have the day that follows, and an offset. */
function wallSeconds(date: string): number {
  const [, day, hour, minute] = /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d)/.exec(date)!;
  return daySeconds(day!)! + 3600 * Number(hour) + 60 * Number(minute);
}

function holidaysOf(place: string): Holidays {
  const codes = place.trim().toUpperCase().split(/[-. ]/);
  const [country = '', state, region] = codes;
  const all = new Holidays();
  const levels = [
    { what: 'country', code: country, known: all.getCountries('en') },
    { what: `state or region of ${country}`, code: state, known: all.getStates(country, 'en') },
    {
      what: `region of ${country}-${state}`,
      code: region,
      known: state ? all.getRegions(country, state, 'en') : {},
    },
  ];
  for (const { what, code, known } of levels) {
    if (code === undefined || Object.hasOwn(known ?? {}, code)) continue;
    throw invalid(
      `there is no ${what} ${show(code)} with known holidays${nearest(code, known ?? {})}; expected codes of ISO 3166 such as DE, DE-BE or BR-SP`,
    );
  }
  if (codes.length > 3)
    throw invalid(`${show(place)} has more than country, state and region; expected codes such as DE-BE`);
  return new Holidays(country, state ?? '', region ?? '');
}

/** Codes that are often written for others. */
const ALIASES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

function nearest(code: string, known: Readonly<Record<string, string>>): string {
  const places = Object.entries(known);
  if (places.length === 0) return '; none are known there';
  const near =
    [
      places.filter(([other]) => other === ALIASES[code]),
      places.filter(([, name]) => name.toUpperCase().startsWith(code)),
      places.filter(([other]) => distance(other, code) === 1),
    ].find((found) => found.length > 0) ?? [];
  if (near.length === 0) return '';
  const shown = near.slice(0, MOST_NEAR).map(([other, name]) => `${other} (${name})`);
  return `; the nearest: ${shown.join(', ')}`;
}
