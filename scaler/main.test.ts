import assert from 'node:assert/strict';
import { type ServiceError, status } from '@grpc/grpc-js';
import { pollUntil } from '../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../apps/local-stack/servers/prometheus-server.js';
import { tuned } from '../test/support/tuned.js';
import {
  TWO_WEEKS_SECONDS,
  WEDNESDAY_SECONDS,
  workloadAt,
  workloadOpenMetrics,
} from '../test/support/workload-openmetrics.js';
import { loadConfig } from './config/load.js';
import { AcceleratedClock } from './demo/accelerated-clock.js';
import { type KedaReading, KedaStandIn } from './demo/keda-stand-in.js';
import { type Scaler, startScaler } from './main.js';
import { createLog } from './telemetry/log.js';
import type { TriggerDetail } from './web/api/contract.js';

const HOUR = 3600;

/** Metadata as docs/triggers.md shows it, for the back-filled shop. */
const metadata = {
  scalerAddress: 'predictive-scaler.predictive-scaler:50051',
  query: 'sum(rate(http_requests_total{app="shop"}[2m]))',
  threshold: '10',
  activationThreshold: '5',
  predictHorizon: '30m',
  historyTimeWindow: '14d',
  queryStep: '5m',
};

/** The highest load that really comes within the horizon. */
function peakWithin(fromSeconds: number, forSeconds: number): number {
  let peak = 0;
  for (let at = fromSeconds; at < fromSeconds + forSeconds; at += 15) peak = Math.max(peak, workloadAt(at));
  return peak;
}

describe('the scaler over a real Prometheus', () => {
  // Two weeks back-filled, and some hours after them into which the clock can go. On a Wednesday the load rises by a
  // fifth between 11:00 and 11:30 UTC.
  const startSeconds = WEDNESDAY_SECONDS + 11 * HOUR;
  let prometheus: PrometheusServer;
  let clock: AcceleratedClock;
  let scaler: Scaler;
  let keda: KedaStandIn;

  before(async () => {
    prometheus = await PrometheusServer.start({
      history: workloadOpenMetrics({
        startSeconds: startSeconds - TWO_WEEKS_SECONDS - HOUR,
        endSeconds: startSeconds + 6 * HOUR,
      }),
    });
  });
  after(() => prometheus.close());

  beforeEach(async () => {
    clock = new AcceleratedClock(startSeconds, 60);
    const config = tuned(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_MAX_STALENESS: '5m',
        },
      }),
      {
        // A minute of this clock is a second of the machine's.
        firstAnswerWaitSeconds: 30,
      },
    );
    scaler = await startScaler(config, { clock, log: createLog({ level: 'silent' }) });
    keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
  });
  afterEach(async () => {
    keda.close();
    await scaler.stop();
  });

  /** Reads until the answer rests on a forecast from the whole history, as a poll of KEDA's would find it. */
  function forecastReading(): Promise<KedaReading> {
    return pollUntil('a value above the load now', async () => {
      const isWhole = /predictive_scaler_stage\{[^}]*stage="weekly"[^}]*\} 1/.test(await scrape());
      const reading = await keda.read('shop', 'apps', metadata);
      if (!isWhole) return undefined;
      return reading.metric > 1.05 * workloadAt(clock.nowSeconds()) ? reading : undefined;
    });
  }

  it('answers with the load that is coming', async () => {
    const { metric, targetPerReplica, active } = await forecastReading();
    const load = workloadAt(startSeconds);
    const peak = peakWithin(startSeconds, HOUR / 2);
    assert.ok(peak > 1.1 * load, `the load should rise: ${load} now, ${peak} within half an hour`);
    // The clock goes on while the history is read: the answer is of a moment between the start and now.
    const later = peakWithin(clock.nowSeconds(), HOUR / 2);
    assert.ok(
      metric > 0.9 * Math.min(peak, later) && metric < 1.1 * Math.max(peak, later),
      `answered ${metric}, the peak to come is ${peak}, later ${later}`,
    );
    assert.equal(targetPerReplica, 10);
    assert.equal(active, true);
  });

  it('goes on without Prometheus, says UNAVAILABLE after maxStaleness, and recovers', async () => {
    await forecastReading();
    await prometheus.stop();
    const stale = await pollUntil('a stale answer', async () => {
      const page = await scrape();
      return /predictive_scaler_reason\{[^}]*reason="stale"[^}]*\} 1/.test(page) && page;
    });
    assert.match(stale, /scaledobject="shop"/);
    assert.ok((await keda.read('shop', 'apps', metadata)).metric > 0);

    await refusal(metadata, status.UNAVAILABLE, new RegExp(prometheus.address));

    await prometheus.start();
    await pollUntil('an answer again', () => keda.read('shop', 'apps', metadata));
  });

  it('answers GetMetricSpec while Prometheus is down', async () => {
    await prometheus.stop();
    assert.equal((await keda.spec('shop', 'apps', metadata)).targetPerReplica, 10);
    await refusal(metadata, status.UNAVAILABLE, new RegExp(prometheus.address));
    await prometheus.start();
  });

  it('refuses a query that gives several series, and shows them', async () => {
    const several = { ...metadata, query: 'rate(http_requests_total{app="shop"}[2m])' };
    await refusal(several, status.FAILED_PRECONDITION, /instance="a".*instance="b".*sum\(/);
  });

  it('answers an empty result and zero differently', async () => {
    const unknown = { ...metadata, query: 'sum(rate(http_requests_total{app="nowhere"}[2m]))' };
    const { metric } = await pollUntil('an answer', () => keda.read('nowhere', 'apps', unknown));
    assert.equal(metric, 0);
    await refusal({ ...unknown, ignoreNullValues: 'false' }, status.UNAVAILABLE, /no series/);
  });

  it('exports the 0 that KEDA is answered for a load below 0', async () => {
    const below = { ...metadata, query: `-${metadata.query}`, metricName: 'below' };
    const { metric } = await pollUntil('an answer', () => keda.read('below', 'apps', below));
    assert.equal(metric, 0);
    assert.match(await scrape(), /^predictive_scaler_value\{.*metric="below".*\} 0$/m);
    assert.match(await scrape(), /^predictive_scaler_observed\{.*metric="below".*\} -\d/m);
  });

  it('answers two triggers of a ScaledObject that have the same metricName, and an edit that is taken back', async () => {
    const named = { ...metadata, metricName: 'load' };
    const other = { ...named, threshold: '20', mode: 'observe' };
    const targets = [];
    for (const asked of [named, other, named, other, named])
      targets.push((await pollUntil('an answer', () => keda.read('shop', 'apps', asked))).targetPerReplica);
    assert.deepEqual(targets, [10, 20, 10, 20, 10]);
    const exported = [
      ...(await scrape()).matchAll(/^predictive_scaler_threshold\{.*metric="(.*?)".*\} (\d+)$/gm),
    ];
    assert.deepEqual(exported.map(([, , threshold]) => threshold).sort(), ['10', '20']);
    assert.notEqual(exported[0]![1], exported[1]![1]);
  });

  it('refuses wrong metadata by key, value and accepted form', async () => {
    const wrong = { ...metadata, threshold: 'many' };
    await refusal(wrong, status.INVALID_ARGUMENT, /apps\/shop.*threshold.*many/);
  });

  it('says how a query that gives a scalar gets a history', async () => {
    const scalar = { ...metadata, query: `scalar(${metadata.query})`, metricName: 'scalar' };
    await pollUntil('the load now, with the reason', async () => {
      await keda.read('shop', 'apps', scalar);
      const url = `http://127.0.0.1:${scaler.httpPort}/api/triggers/apps/shop/scalar`;
      const { explanation } = (await (await fetch(url)).json()) as TriggerDetail;
      const failure = explanation.find((one) => one.step === 'history-fails');
      return failure && /got scalar.*put vector\(\.\.\.\) around the query/.test(failure.error.message);
    });
  });

  it('refuses an address that is not allowed before KEDA makes an autoscaler of it', async () => {
    await assert.rejects(keda.spec('shop', 'apps', { ...metadata, prometheusAddress: 'http://evil:9090' }), {
      code: status.INVALID_ARGUMENT,
      details:
        /apps\/shop.*"prometheusAddress".*http:\/\/evil:9090 is not on the list.*\(it is empty\); use a named source.*without the key the scaler's default source is used$/,
    });
  });

  /** Reads until the scaler refuses with a code and these words: an answer or another refusal may come first. */
  async function refusal(asked: Record<string, string>, code: status, words: RegExp): Promise<void> {
    await pollUntil(`a refusal with ${status[code]} and ${words}`, async () => {
      try {
        const { metric } = await keda.read('shop', 'apps', asked);
        throw new Error(`answered ${metric}`);
      } catch (error) {
        const { code: received, details } = error as ServiceError;
        if (received === code && words.test(details)) return true;
        throw error;
      }
    });
  }

  async function scrape(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
  }
});
