import { ValidationError } from '../shared/fields.js';
import { clip, show } from '../shared/show.js';
import { daySeconds, EFFECT_FORM, effectWords, readEffectWords } from './effects.js';
import type { Moment, TimedEvent } from './types.js';

/** Form of one event as text. */
export const EVENT_FORM = '`[NAME: ]START/DURATION EFFECT...` or `[NAME: ]START/END EFFECT...`';

/** Form of the time of an event. */
export const INTERVAL_FORM =
  'an ISO 8601 interval such as 2026-11-27/P1D, 2026-11-27T18:00/PT4H or 2026-11-27T18:00/2026-11-27T22:00, with Z or an offset for a time that is not local';

const MOST_EVENTS = 100;
const LONGEST_NAME = 100;
const LONGEST_SECONDS = 366 * 86_400;

/**
 * Events as a trigger's metadata and the command line give them, `;` between them.
 *
 * @example readEvents('Black Friday: 2026-11-27/P1D x3; 2026-12-01T10:00Z/PT2H no-learn')
 * @throws ValidationError that says which event is wrong and why
 */
export function readEvents(text: string): readonly TimedEvent[] {
  const parts = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > MOST_EVENTS)
    throw new ValidationError(`it has ${parts.length} events; at most ${MOST_EVENTS}`);
  return parts.map((part, index) => {
    try {
      return readEvent(part);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      throw new ValidationError(`event ${index + 1}, ${show(part)}: ${error.reason}`);
    }
  });
}

function readEvent(text: string): TimedEvent {
  // The name ends at the first colon with a space after it: times have no such colon.
  const [, given, rest = ''] = /^(?:(.*?):\s+)?(.*)$/s.exec(text)!;
  const [when = '', ...words] = rest.split(/\s+/);
  const interval = readInterval(when);
  if (words.length === 0)
    throw new ValidationError(`it does not say what the event does; write one or several of ${EFFECT_FORM}`);
  return { name: eventName(given ?? when), ...interval, effects: readEffectWords(words) };
}

/** A name on one line, and not too long. */
export function eventName(text: string): string {
  return clip(text, LONGEST_NAME);
}

/**
 * When an event is: a start with an end, or with a duration in weeks, days, hours, minutes and seconds. Days of a
 * duration are calendar days, whether or not clocks change in them; hours are exact.
 *
 * @throws ValidationError
 * @see ISO 8601-1:2019 section 5.5.2
 */
export function readInterval(text: string): Pick<TimedEvent, 'start' | 'end'> {
  const [startText = '', endText, ...more] = text.split('/');
  const start = readMoment(startText);
  if (start === undefined || more.length > 0)
    throw new ValidationError(`${show(text)} is not ${INTERVAL_FORM}`);
  if (endText === undefined)
    throw new ValidationError(`it has no end; write its duration too, such as ${startText}/P1D`);
  const end = endText.startsWith('P') ? afterDuration(start, endText) : readEnd(endText);
  if (end === undefined)
    throw new ValidationError(`${show(endText)} is neither an end nor a duration such as P1D or PT2H`);
  if (end.isLocal !== start.isLocal)
    throw new ValidationError('only one of start and end has Z or an offset; give it to both or to none');
  const seconds = end.seconds + (end.plusSeconds ?? 0) - start.seconds;
  if (seconds <= 0) throw new ValidationError('it ends before it begins');
  if (seconds > LONGEST_SECONDS) throw new ValidationError('it is longer than a year');
  return { start, end };
}

function readEnd(text: string): Moment | undefined {
  if (daySeconds(text) !== undefined)
    throw new ValidationError(
      `the end ${text} could be the day's first moment or its last; write ${text}T00:00 or ${text}T24:00, or a duration such as P1D`,
    );
  return readMoment(text);
}

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?)?$/;

function readMoment(text: string): Moment | undefined {
  const [, day = '', hour = '0', minute = '0', second = '0', offset] = MOMENT.exec(text) ?? [];
  const midnight = daySeconds(day);
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const inDay = 3600 * h + 60 * m + s;
  if (midnight === undefined || m > 59 || s > 59 || inDay > 86_400) return undefined;
  const seconds = midnight + inDay;
  return offset === undefined
    ? { seconds, isLocal: true }
    : { seconds: seconds - offsetSeconds(offset), isLocal: false };
}

function offsetSeconds(offset: string): number {
  if (offset === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset)!;
  return (sign === '-' ? -1 : 1) * (3600 * Number(hours) + 60 * Number(minutes));
}

const DURATION =
  /^P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/;

function afterDuration({ seconds, isLocal }: Moment, text: string): Moment | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, exact = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const plusSeconds = 3600 * hours + 60 * minutes + exact;
  const end = { seconds: seconds + 86_400 * (7 * weeks + days), isLocal };
  return plusSeconds === 0 ? end : { ...end, plusSeconds };
}

/**
 * An event as `readEvents` reads it.
 *
 * @example eventText(readEvents('Sale: 2026-11-27/P1D x3')[0]) // 'Sale: 2026-11-27T00:00/2026-11-28T00:00 x3'
 */
export function eventText({ name, start, end, effects }: TimedEvent): string {
  const until = end.plusSeconds === undefined ? momentText(end) : durationText(start, end);
  return `${name}: ${momentText(start)}/${until} ${effectWords(effects)}`;
}

function durationText(start: Moment, { seconds, plusSeconds = 0 }: Moment): string {
  const parts = [
    [Math.floor(plusSeconds / 3600), 'H'],
    [Math.floor(plusSeconds / 60) % 60, 'M'],
    [plusSeconds % 60, 'S'],
  ] as const;
  const days = (seconds - start.seconds) / 86_400;
  const time = parts.map(([amount, unit]) => (amount === 0 ? '' : `${amount}${unit}`)).join('');
  return `P${days === 0 ? '' : `${days}D`}T${time}`;
}

function momentText({ seconds, isLocal }: Moment): string {
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${text.replace(/:00$/, '')}${isLocal ? '' : 'Z'}`;
}
