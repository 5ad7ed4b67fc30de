import { element } from '../../../../scaler/page-kit/dom.js';
import type { AnomalyRow } from '../contract.js';
import { count, decimal, timeOfDay } from './format.js';
import { wordsFor } from './measures.js';
import { say } from './say.js';

/** The rows of the table of anomalies. */
export function anomalyRows(anomalies: readonly AnomalyRow[]): HTMLElement[] {
  return anomalies.map((anomaly) => {
    const { name, unit, digits } = wordsFor(anomaly.measure);
    const { boiler, measuredAtMs, kind, value, values, expectedLow, expectedHigh, isAlert } = anomaly;
    const expected = say('range', { low: decimal(expectedLow, digits), high: decimal(expectedHigh, digits) });
    const kindWord = kind === 'limit' || kind === 'deviation' ? say(kind) : kind;
    const badge = element(
      'span',
      { class: kind === 'limit' ? 'badge bad' : 'badge warn' },
      isAlert ? `${kindWord}, ${say('alert')}` : kindWord,
    );
    return element(
      'tr',
      {},
      element('td', { class: 'time' }, timeOfDay(measuredAtMs)),
      element('td', { class: 'who' }, boiler),
      element('td', { class: 'what' }, `${name} ${decimal(value, digits)} ${unit}`),
      element('td', { class: 'expected' }, expected),
      element('td', { class: 'number' }, count(values)),
      element('td', { class: 'kind' }, badge),
    );
  });
}
