import { byId, h, renew } from '../../../../scaler/page-kit/dom.js';
import type { Overview } from '../contract.js';
import { anomalyRows } from './anomaly-rows.js';
import { batchRows } from './batch-rows.js';
import { boilerCards } from './boilers.js';
import { count, timeOfDay, zone } from './format.js';
import { say } from './say.js';
import { TemperatureChart } from './temperature-chart.js';

const chart = new TemperatureChart();

function show(overview: Overview): void {
  const { boilers, anomalies, anomalyCount, batches, minutes } = overview;
  const noReading = h('li.empty', say('noReadings', { minutes: minutes.length }));
  renew(byId('boilers'), ...(boilers.length > 0 ? boilerCards(overview) : [noReading]));
  chart.show(overview);
  renew(byId('anomalies'), ...anomalyRows(anomalies));
  byId('no-anomalies').hidden = anomalies.length > 0;
  const anomalyWords = anomalyCount === 1 ? 'oneAnomaly' : 'manyAnomalies';
  renew(byId('anomaly-count'), say(anomalyWords, { count: count(anomalyCount), minutes: minutes.length }));
  renew(byId('batches'), ...batchRows(batches));
  byId('no-batches').hidden = batches.length > 0;
  const stored = batches.reduce((sum, { batches: ofMinute }) => sum + ofMinute, 0);
  const batchWords = batches.length === 1 ? 'oneBatchMinute' : 'manyBatchMinutes';
  renew(byId('batch-count'), say(batchWords, { count: count(stored), minutes: batches.length }));
}

/** Shows the state of the connection; a screen reader speaks it when it changes, and not the time of each update. */
function report(state: string, kind: 'live' | 'trouble', updated = ''): void {
  renew(byId('state'), state);
  renew(byId('updated'), updated);
  byId('connection').className = `connection ${kind}`;
}

byId('zone').textContent = zone();

// The browser connects again by itself when the stream ends.
const stream = new EventSource('api/stream');
stream.addEventListener('overview', ({ data }) => {
  const overview = JSON.parse(data) as Overview;
  show(overview);
  report(say('live'), 'live', timeOfDay(overview.asOfMs));
});
stream.addEventListener('problem', ({ data }) =>
  report((JSON.parse(data) as { reason: string }).reason, 'trouble'),
);
stream.addEventListener('error', () => report(say('lostConnection'), 'trouble'));
