import { h } from '../../../../scaler/page-kit/dom.js';
import type { BatchRow } from '../contract.js';
import { count } from './format.js';

/** The rows of the table of batches, with bars that compare their readings. */
export function batchRows(batches: readonly BatchRow[]): HTMLElement[] {
  const most = Math.max(...batches.map(({ readings }) => readings));
  return batches.map(({ batchId, readings, anomalies, consumers }) =>
    h(
      'tr',
      h('td.time', batchId),
      h(
        'td.readings',
        h(
          'div.bar',
          h('span.number', count(readings)),
          h('meter', { value: String(readings), max: String(most), 'aria-hidden': 'true' }),
        ),
      ),
      h('td.number', count(anomalies)),
      h('td.number', count(consumers)),
    ),
  );
}
