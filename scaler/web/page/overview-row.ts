import { type Child, h, renew } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { TriggerStatus, TriggerSummary } from '../api/contract.js';
import { count, epochSeconds, span, timeElement, titledTime } from './format.js';
import { keyOf, triggerLink } from './route.js';
import { sparklineSvg } from './sparkline-svg.js';
import { accuracyWords, STATUSES, stateWords } from './words.js';

/** Statuses by the attention that they need. */
export const STATUS_ORDER = Object.keys(STATUSES) as TriggerStatus[];

/** A column of the overview. */
export interface OverviewColumn {
  readonly key: string;
  readonly title: string;
  /** Class of its cells. */
  readonly kind?: 'number' | 'line';
  /** Key to sort rows by; undefined where they cannot be sorted. */
  readonly order?: (summary: TriggerSummary) => string | number;
  /** The fields that its cells show, which are renewed when these change. Undefined where cells depend on the time. */
  readonly shows?: readonly (keyof TriggerSummary)[];
  /** @param nowSeconds the scaler's time, from which ages are counted */
  readonly cell: (summary: TriggerSummary, nowSeconds: number) => readonly Child[];
}

const unknown = (value: number | null | undefined) => value ?? Number.NEGATIVE_INFINITY;

/** A time that may be over, since the step with it may have begun. */
const comingTime = (time: string, nowSeconds: number) =>
  epochSeconds(time) > nowSeconds ? timeElement(time, nowSeconds) : 'now';

/** The overview's columns; the first names the trigger. */
export const COLUMNS: readonly OverviewColumn[] = [
  {
    key: 'name',
    title: 'Trigger',
    order: keyOf,
    shows: [],
    cell: (summary) => [
      h(
        'a',
        { href: triggerLink(summary) },
        h('span.namespace', `${summary.namespace}/`),
        summary.scaledObject,
      ),
      h('span.detail', summary.metricName),
    ],
  },
  {
    key: 'line',
    title: 'Last day, next hours',
    kind: 'line',
    shows: ['sparkline'],
    cell: ({ sparkline }) => [sparklineSvg(sparkline)],
  },
  {
    key: 'observed',
    title: 'Load now',
    kind: 'number',
    order: ({ observed }) => unknown(observed),
    shows: ['observed'],
    cell: ({ observed }) => [load(observed)],
  },
  {
    key: 'answered',
    title: 'Answered',
    kind: 'number',
    order: ({ answered }) => unknown(answered),
    shows: ['answered'],
    cell: ({ answered }) => [h('span.strong', load(answered))],
  },
  {
    key: 'replicas',
    title: 'Replicas',
    kind: 'number',
    order: ({ replicas }) => unknown(replicas.forAnswered),
    cell: ({ replicas, peak }, nowSeconds) => [
      h('span', count(replicas.forObserved)),
      peak && h('span.arrow', { 'aria-label': 'for the load now, for the answer' }, ' → '),
      peak && h('span.strong', count(replicas.forAnswered)),
      peak && h('span.detail', 'peak ', comingTime(peak.time, nowSeconds)),
    ],
  },
  {
    key: 'state',
    title: 'State',
    order: ({ status }) => -STATUS_ORDER.indexOf(status),
    shows: ['status', 'stage', 'nextStageInSeconds', 'error'],
    cell: (summary) => {
      const { label, detail } = stateWords(summary);
      return [h(`span.badge.${STATUSES[summary.status].tone}`, label), detail && h('span.detail', detail)];
    },
  },
  {
    key: 'accuracy',
    title: 'Forecast',
    order: ({ accuracy }) => unknown(accuracy?.closerThanReactingShare),
    shows: ['accuracy', 'status'],
    cell: ({ accuracy, status }) => {
      if (status === 'error') return ['–'];
      const isGood = (accuracy?.closerThanReactingShare ?? 0) > 0.005;
      return [h('span', { class: isGood ? 'good' : undefined }, accuracyWords(accuracy))];
    },
  },
  {
    key: 'age',
    title: 'Data age',
    kind: 'number',
    order: ({ observedTime }) => (observedTime === null ? 0 : -epochSeconds(observedTime)),
    cell: ({ observedTime: time }, nowSeconds) => {
      if (time === null) return ['–'];
      const seconds = epochSeconds(time);
      return [titledTime(seconds, span(nowSeconds - seconds))];
    },
  },
];

/** One trigger of the overview. Roles keep it a row where the style makes it a card. */
export class OverviewRow {
  readonly element = h('tr', { role: 'row' });
  readonly #cells = COLUMNS.map(({ title, kind }, i) =>
    i === 0
      ? h('th', { scope: 'row', role: 'rowheader' })
      : h('td', { role: 'cell', class: kind, 'data-label': title }),
  );

  readonly #shown: (string | undefined)[] = [];

  constructor() {
    this.element.append(...this.#cells);
  }

  /** @param nowSeconds the scaler's time, from which ages are counted */
  show(summary: TriggerSummary, nowSeconds: number): void {
    COLUMNS.forEach(({ shows, cell }, i) => {
      const data = shows && JSON.stringify(shows.map((name) => summary[name]));
      if (shows && data === this.#shown[i]) return;
      this.#shown[i] = data;
      renew(this.#cells[i]!, ...cell(summary, nowSeconds));
    });
  }
}
