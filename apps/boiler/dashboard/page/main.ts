import { h } from '../../../../scaler/page-kit/dom.js';
import type { Overview } from '../contract.js';
import { anomalyRows } from './anomaly-rows.js';
import { batchRows } from './batch-rows.js';
import { boilerCards } from './boilers.js';
import { byId } from './by-id.js';
import { count, timeOfDay, zone } from './format.js';
import { say } from './say.js';
import { TemperatureChart } from './temperature-chart.js';

const chart = new TemperatureChart();

function show(overview: Overview): void {
  const { boilers, anomalies, anomalyCount, batches, minutes } = overview;
  const noReading = h('li.empty', say('noReadings', { minutes: minutes.length }));
  byId('boilers').replaceChildren(...(boilers.length > 0 ? boilerCards(overview) : [noReading]));
  chart.show(overview);
  fill('anomalies', anomalies, anomalyRows);
  byId('no-anomalies').hidden = anomalies.length > 0;
  byId('anomaly-count').textContent = say(anomalyCount === 1 ? 'oneAnomaly' : 'manyAnomalies', {
    count: count(anomalyCount),
    minutes: minutes.length,
  });
  fill('batches', batches, batchRows);
  byId('no-batches').hidden = batches.length > 0;
  const stored = batches.reduce((sum, { batches: ofMinute }) => sum + ofMinute, 0);
  byId('batch-count').textContent = say(batches.length === 1 ? 'oneBatchMinute' : 'manyBatchMinutes', {
    count: count(stored),
    minutes: batches.length,
  });
}

const shown = new Map<string, string>();

/** Fills a table, unless it shows the same already: what the viewer has selected in it stays selected. */
function fill<Row>(id: string, rows: readonly Row[], render: (rows: readonly Row[]) => HTMLElement[]): void {
  const text = JSON.stringify(rows);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  byId(id).replaceChildren(...render(rows));
}

/** Tells the state of the connection; a screen reader speaks it when it changes, and not the time of each update. */
function tell(state: string, kind: 'live' | 'trouble', updated = ''): void {
  if (byId('state').textContent !== state) byId('state').textContent = state;
  byId('updated').textContent = updated;
  byId('connection').className = `connection ${kind}`;
}

byId('zone').textContent = zone();

// The browser connects again by itself when the stream ends.
const stream = new EventSource('api/stream');
stream.addEventListener('overview', ({ data }) => {
  const overview = JSON.parse(data) as Overview;
  show(overview);
  tell(say('live'), 'live', timeOfDay(overview.asOfMs));
});
stream.addEventListener('problem', ({ data }) =>
  tell((JSON.parse(data) as { reason: string }).reason, 'trouble'),
);
stream.addEventListener('error', () => tell(say('lostConnection'), 'trouble'));
