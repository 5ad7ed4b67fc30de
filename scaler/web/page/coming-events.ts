import { type Child, h, paragraph, sentence } from '../../page-kit/dom.js';
import type { CalendarView, EventView, TriggerDetail } from '../api/contract.js';
import { epochSeconds, span, timeElement } from './format.js';

/** The events of the next two weeks with their effects, and calendars that cannot be read. */
export function comingEvents({ events, calendars, settings }: TriggerDetail, now: number): readonly Child[] {
  const coming = events.filter(({ endTime }) => epochSeconds(endTime) > now);
  const troubled = calendars.filter(({ problem }) => problem !== null);
  if (coming.length === 0 && settings.calendars.length === 0 && settings.events.length === 0) return [];
  return [
    coming.length > 0
      ? h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': 'Coming events' }, table(coming, now))
      : paragraph`No event in the next two weeks.`,
    ...troubled.map((calendar) => h('p.note', trouble(calendar, now))),
  ];
}

/** On a phone each row becomes a card; roles keep it a table for screen readers. */
function table(events: readonly EventView[], now: number): HTMLElement {
  const heads = ['Event', 'Begins', 'Lasts', 'What it does', 'Calendar'].map((title) =>
    h('th', { scope: 'col', role: 'columnheader' }, title),
  );
  const rows = events.map((event) => row(event, now));
  return h(
    'table.events',
    { role: 'table' },
    h('thead', h('tr', { role: 'row' }, ...heads)),
    h('tbody', ...rows),
  );
}

function row({ name, startTime, endTime, effect, calendar }: EventView, now: number): HTMLElement {
  const [start, end] = [epochSeconds(startTime), epochSeconds(endTime)];
  const wait = start > now ? `in ${span(start - now)}` : 'now';
  return h(
    'tr',
    { role: 'row' },
    h('th', { scope: 'row', role: 'rowheader' }, name),
    h('td', { role: 'cell' }, timeElement(startTime, now), h('span.muted', ` ${wait}`)),
    h('td', { role: 'cell' }, span(end - start)),
    h('td', { role: 'cell' }, effect),
    h('td', { class: 'muted', role: 'cell' }, calendar === 'events' ? 'this trigger' : calendar),
  );
}

function trouble({ name, origin, readTime, problem }: CalendarView, now: number): Child {
  const last = readTime
    ? sentence`What was read at ${timeElement(readTime, now)} counts.`
    : 'None of its events are known.';
  return sentence`The calendar ${h('strong', name)} (${origin}) ${problem!}. ${last}`;
}
