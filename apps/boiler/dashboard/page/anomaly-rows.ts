import { h } from '../../../../scaler/page-kit/dom.js';
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
    const badge = h(
      'span',
      { class: kind === 'limit' ? 'badge bad' : 'badge warn' },
      isAlert ? `${kindWord}, ${say('alert')}` : kindWord,
    );
    return h(
      'tr',
      h('td.time', timeOfDay(measuredAtMs)),
      h('td.who', boiler),
      h('td.what', `${name} ${decimal(value, digits)} ${unit}`),
      h('td.expected', expected),
      h('td.number', count(values)),
      h('td.kind', badge),
    );
  });
}
