import type { AnomalyRow } from '../contract.js';
import { element } from './dom.js';
import { count, timeOfDay } from './format.js';
import { wordsFor } from './measures.js';

/** The rows of the table of anomalies. */
export function anomalyRows(anomalies: readonly AnomalyRow[]): HTMLElement[] {
  return anomalies.map((anomaly) => {
    const { name, unit, digits } = wordsFor(anomaly.measure);
    const { boiler, measuredAtMs, kind, value, values, expectedLow, expectedHigh, isAlert } = anomaly;
    const expected = `${expectedLow.toFixed(digits)} to ${expectedHigh.toFixed(digits)}`;
    const badge = element(
      'span',
      { class: kind === 'limit' ? 'badge bad' : 'badge warn' },
      isAlert ? `${kind}, alert` : kind,
    );
    return element(
      'tr',
      {},
      element('td', { class: 'time' }, timeOfDay(measuredAtMs)),
      element('td', { class: 'who' }, boiler),
      element('td', { class: 'what' }, `${name} ${value.toFixed(digits)} ${unit}`),
      element('td', { class: 'expected' }, expected),
      element('td', { class: 'number' }, count(values)),
      element('td', { class: 'kind' }, badge),
    );
  });
}
