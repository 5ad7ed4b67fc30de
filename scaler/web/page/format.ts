import { h } from '../../page-kit/dom.js';
import { whole, wholeNumbers } from '../../page-kit/numbers.js';
import { timeFormat } from '../../page-kit/time-format.js';

/** A share as a whole percentage: `31 %`. */
export function percent(share: number): string {
  return `${wholeNumbers.format(share * 100)}\u00a0%`;
}

/** A share as a percentage with all its digits: `90 %`, `99.5 %`. */
export function exactPercent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}\u00a0%`;
}

/** A share as a percentage with two digits. */
export function roughPercent(share: number): string {
  return exactPercent(Number(share.toPrecision(2)));
}

/** A count of replicas; a dash when it is not known. */
export function count(value: number | null): string {
  return value === null ? '–' : whole(value);
}

/** `1 replica`, `7 replicas`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** An approximate duration: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. For waits and ages. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return duration(whole);
  const minutes = Math.round(whole / 60);
  return duration(minutes < 24 * 60 ? 60 * minutes : 3600 * Math.floor(minutes / 60));
}

/** A duration to the second: `1 min 30 s`, `14 d`. For settings. */
export function duration(seconds: number): string {
  const units: readonly [string, number][] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  return (
    units
      .filter(([, amount]) => amount > 0)
      .map(([unit, amount]) => `${amount} ${unit}`)
      .join(' ') || '0 s'
  );
}

/** Epoch seconds of an RFC 3339 time. */
export function epochSeconds(time: string): number {
  return Date.parse(time) / 1000;
}

/** Moments on the viewer's clock. */
export const local = timeFormat();

const weekdays = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });

/** A moment on the viewer's clock: `09:35`, with the weekday when it is not today, or the date when it is far. */
function localTime(seconds: number, nowSeconds: number): string {
  if (local.date(seconds) === local.date(nowSeconds)) return local.clock(seconds);
  if (Math.abs(seconds - nowSeconds) >= 6 * 86_400) return local.dateTime(seconds);
  return `${weekdays.format(seconds * 1000)} ${local.clock(seconds)}`;
}

/** `2026-03-04 18:05:00 UTC`. */
function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `Wed 4 Mar 18:05 (17:05:00 UTC)`, on the viewer's clock first. */
export function localAndUtc(seconds: number): string {
  return `${local.dateTime(seconds)} (${utc(seconds).slice(11)})`;
}

/** A moment, with UTC as a tooltip. @param time RFC 3339 or epoch seconds */
export function timeElement(time: string | number, nowSeconds: number): HTMLTimeElement {
  const seconds = typeof time === 'number' ? time : epochSeconds(time);
  return titledTime(seconds, localTime(seconds, nowSeconds));
}

/** A moment in words of one's own, with UTC as a tooltip. */
export function titledTime(seconds: number, words: string): HTMLTimeElement {
  return h('time', { datetime: new Date(seconds * 1000).toISOString(), title: utc(seconds) }, words);
}

/** In which zone times are shown, and how to see them in UTC. */
export function zoneSentence(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'UTC' || timeZone === 'Etc/UTC'
    ? 'Times are in UTC.'
    : `Times are in ${timeZone}; point at one to see it in UTC.`;
}
