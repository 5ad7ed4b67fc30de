import { element } from '../../../../scaler/page-kit/dom.js';
import type { BatchRow } from '../contract.js';
import { count } from './format.js';

/** The rows of the table of batches, with bars that compare their readings. */
export function batchRows(batches: readonly BatchRow[]): HTMLElement[] {
  const most = Math.max(...batches.map(({ readings }) => readings));
  return batches.map(({ batchId, readings, anomalies, consumers }) =>
    element(
      'tr',
      {},
      element('td', { class: 'time' }, batchId),
      element(
        'td',
        { class: 'readings' },
        element(
          'div',
          { class: 'bar' },
          element('span', { class: 'number' }, count(readings)),
          element('meter', { value: String(readings), max: String(most), 'aria-hidden': 'true' }),
        ),
      ),
      element('td', { class: 'number' }, count(anomalies)),
      element('td', { class: 'number' }, count(consumers)),
    ),
  );
}
