/**
 * The scaler under KEDA's own load: for each trigger GetMetricSpec, GetMetrics and IsActive on every poll of KEDA and
 * on every sync of the HPA. Variables and what a run shows: README.md.
 */
import { check } from 'k6';
import exec from 'k6/execution';
import grpc from 'k6/net/grpc';
import { positiveNumber, text } from './settings.js';

const address = text('SCALER_ADDRESS', '127.0.0.1:50051');
const triggers = positiveNumber('TRIGGERS', 100);
const pollSeconds = positiveNumber('POLL_SECONDS', 30);
const syncSeconds = positiveNumber('SYNC_SECONDS', 15);
const warmUpSeconds = positiveNumber('WARM_UP_SECONDS', 30);
const durationSeconds = positiveNumber('DURATION_SECONDS', 120);
const p99Milliseconds = positiveNumber('P99_MILLISECONDS', 50);
const query = text('QUERY', 'sum(rate(app_requests_total{app="app-a"}[2m]))');
const threshold = text('THRESHOLD', '10');
const namespace = text('NAMESPACE', 'load-test');

const client = new grpc.Client();
client.load(['../proto'], 'externalscaler.proto');

const readsPerSecond = triggers * (1 / pollSeconds + 1 / syncSeconds);

/**
 * KEDA's rate for some time. KEDA holds one connection per address and asks one trigger after the other on a few
 * goroutines.
 * @param {number} startSeconds since the start of the run
 * @param {number} seconds how long
 */
const atKedaRate = (startSeconds, seconds) => ({
  executor: 'constant-arrival-rate',
  rate: Math.max(1, Math.round(readsPerSecond * 60)),
  timeUnit: '1m',
  startTime: `${Math.round(startSeconds * 1000)}ms`,
  duration: `${Math.round(seconds * 1000)}ms`,
  gracefulStop: '10s',
  preAllocatedVUs: 5,
  maxVUs: 50,
});

export const options = {
  scenarios: {
    // The first call of each trigger waits for its history, and connections are opened: no threshold counts these.
    warmUp: atKedaRate(0, warmUpSeconds),
    keda: atKedaRate(warmUpSeconds, durationSeconds),
  },
  thresholds: {
    'grpc_req_duration{scenario:keda}': [`p(99)<${p99Milliseconds}`],
    'checks{scenario:keda}': ['rate==1'],
    'dropped_iterations{scenario:keda}': ['count<1'],
  },
};

let connected = false;

export default function () {
  connected ||= connect();
  if (!connected) return;
  const reference = {
    name: `app-${exec.scenario.iterationInTest % triggers}`,
    namespace,
    scalerMetadata: { query, threshold },
  };
  const spec = invoke('GetMetricSpec', reference);
  const metricName = spec?.metricSpecs?.[0]?.metricName;
  const metrics = invoke('GetMetrics', { scaledObjectRef: reference, metricName });
  const active = invoke('IsActive', reference);
  check(null, {
    'GetMetricSpec names the metric': () => typeof metricName === 'string' && metricName !== '',
    'GetMetrics answers that metric': () => metrics?.metricValues?.[0]?.metricName === metricName,
    'IsActive answers': () => active !== undefined,
  });
}

/** A run without a scaler would make no call that can fail: the connection is a check too. */
function connect() {
  let taken = true;
  try {
    client.connect(address, { plaintext: true, timeout: '10s' });
  } catch (error) {
    taken = false;
    console.error(`SCALER_ADDRESS is "${address}": ${error}`);
  }
  return check(taken, { 'the scaler takes connections': (it) => it });
}

/**
 * @param {string} method of the service ExternalScaler
 * @param {object} request
 * @returns {any} the answer, or undefined when the scaler answered with an error, which is logged
 */
function invoke(method, request) {
  const response = client.invoke(`externalscaler.ExternalScaler/${method}`, request);
  if (response.status === grpc.StatusOK) return response.message;
  console.error(`${method}: ${JSON.stringify(response.error)}`);
  return undefined;
}
