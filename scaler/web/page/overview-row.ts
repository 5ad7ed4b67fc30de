import { element, refill } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { TriggerSummary } from '../api/contract.js';
import { count, epochSeconds, span, timeElement, utc } from './format.js';
import { triggerLink } from './route.js';
import { sparklineSvg } from './sparkline-svg.js';
import { accuracyWords, stateWords } from './words.js';

/** One trigger's row of the overview. Its cells are filled anew only where something has changed. */
export class OverviewRow {
  readonly element: HTMLTableRowElement;
  readonly #line = element('td', { class: 'line', 'data-label': 'Last day, next hours' });
  readonly #observed = element('td', { class: 'number', 'data-label': 'Load now' });
  readonly #answered = element('td', { class: 'number strong', 'data-label': 'Answered' });
  readonly #replicas = element('td', { class: 'number', 'data-label': 'Replicas' });
  readonly #state = element('td', { 'data-label': 'State' });
  readonly #accuracy = element('td', { 'data-label': 'Forecast' });
  readonly #age = element('td', { class: 'number', 'data-label': 'Data age' });

  constructor(summary: TriggerSummary) {
    const { namespace, scaledObject, metricName } = summary;
    this.element = element(
      'tr',
      { role: 'row' },
      element(
        'th',
        { scope: 'row', role: 'rowheader' },
        element(
          'a',
          { href: triggerLink(summary) },
          element('span', { class: 'namespace' }, `${namespace}/`),
          scaledObject,
        ),
        element('span', { class: 'detail' }, metricName),
      ),
      this.#line,
      this.#observed,
      this.#answered,
      this.#replicas,
      this.#state,
      this.#accuracy,
      this.#age,
    );
    for (const cell of this.element.querySelectorAll('td')) cell.setAttribute('role', 'cell');
  }

  /** @param nowSeconds the scaler's time, from which ages are counted. */
  show(summary: TriggerSummary, nowSeconds: number): void {
    const { sparkline, observed, answered, replicas, peak, accuracy, observedTime } = summary;
    refill(this.#line, sparkline, () => [sparklineSvg(sparkline)]);
    refill(this.#observed, observed, () => [load(observed)]);
    refill(this.#answered, answered, () => [load(answered)]);
    refill(this.#replicas, [replicas, peak?.time], () => [
      element('span', {}, count(replicas.forObserved)),
      ...(peak
        ? [
            element('span', { class: 'arrow', 'aria-label': 'now, at the coming peak' }, ' → '),
            element('span', { class: 'strong' }, count(replicas.forPeak)),
            element('span', { class: 'detail' }, 'peak ', timeElement(peak.time, nowSeconds)),
          ]
        : []),
    ]);
    const words = stateWords(summary);
    refill(this.#state, words, () => [
      element('span', { class: `state ${summary.status}` }, words.label),
      words.detail ? element('span', { class: 'detail' }, words.detail) : null,
    ]);
    const closer = accuracy?.closerThanReactingShare ?? 0;
    refill(this.#accuracy, accuracyWords(accuracy), () => [
      element('span', { class: closer > 0.005 ? 'good' : '' }, accuracyWords(accuracy)),
    ]);
    const age = observedTime === null ? null : Math.max(0, nowSeconds - epochSeconds(observedTime));
    refill(this.#age, age, () => [
      age === null
        ? '–'
        : element('time', { datetime: observedTime!, title: utc(epochSeconds(observedTime!)) }, span(age)),
    ]);
  }
}
