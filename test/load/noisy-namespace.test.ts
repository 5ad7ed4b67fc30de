import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import type { ExternalScalerClient } from '../../scaler/grpc/generated/externalscaler/ExternalScaler.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import type { TriggerList } from '../../scaler/web/api/contract.js';
import { FaultProxy, pass } from '../support/fault-proxy.js';
import { record } from '../support/grpc/client.js';
import { RecordedLog } from '../support/recorded-log.js';
import { printResults } from '../support/result-table.js';
import { openMetricsFamily, workloadSamples } from '../support/workload-openmetrics.js';

const DAY = 86_400;
/** What the noisy namespace asks for, and what it may have. */
const ASKED = 1000;
const MOST = 100;
/** What each of its queries takes. */
const SLOW_SECONDS = 0.5;
/** How many times as long as alone everything may take for others, and what counts as no time at all. */
const PATIENCE = 10;
const INSTANT_SECONDS = 0.3;

/** What a namespace gets for a new trigger, in seconds from its first question. */
interface Service {
  readonly firstAnswer: number;
  readonly model: number;
  /** Greatest age of the observation over a few seconds. */
  readonly oldest: number;
}

describe('a namespace that asks for ten times its triggers, with queries that take long', () => {
  let prometheus: PrometheusServer;
  let proxy: FaultProxy;
  let scaler: Scaler;
  let client: ExternalScalerClient;
  const logged = new RecordedLog();

  before(async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const samples = workloadSamples({
      startSeconds: nowSeconds - 8 * DAY,
      endSeconds: nowSeconds + 600,
      intervalSeconds: 60,
    });
    prometheus = await PrometheusServer.start({
      history: [...openMetricsFamily('load', 'gauge', '{app="shop"}', samples), '# EOF\n'],
    });
    proxy = await FaultProxy.start(prometheus.address);
    proxy.inject(async (_request, response, forward) => {
      let isSlow = false;
      const answer = await forward((form) => {
        isSlow = form.get('query')!.includes('noisy');
      });
      if (isSlow) await delay(SLOW_SECONDS * 1000);
      pass(response, answer);
    });
    const config = loadConfig({
      environment: {
        SCALER_PROMETHEUS_ADDRESS: proxy.address,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PLANNER_REFRESH: '1s',
        SCALER_PLANNER_THREADS: '1',
        SCALER_PLANNER_MAX_TRIGGERS_PER_NAMESPACE: String(MOST),
      },
    });
    scaler = await startScaler(config, { log: logged.log });
    client = connect(`127.0.0.1:${scaler.grpcPort}`, credentials.createInsecure());
  });
  after(async () => {
    client?.close();
    await scaler?.stop();
    await proxy?.close();
    await prometheus?.close();
  });

  const refOf = (namespace: string, name: string) => ({
    namespace,
    name,
    scalerMetadata: {
      query: `sum(load) or vector(0) # ${namespace} ${name}`,
      threshold: '10',
      metricName: 'load',
      historyTimeWindow: '7d',
      seasonality: '1d',
    },
  });
  const ask = (namespace: string, name: string) =>
    callUnary(client, 'GetMetrics', { scaledObjectRef: refOf(namespace, name), metricName: 'load' }, 60);
  const get = async (path: string) => await fetch(`http://127.0.0.1:${scaler.httpPort}${path}`);

  async function summaryOf(namespace: string, name: string) {
    const { triggers } = (await (await get('/api/triggers?limit=1000')).json()) as TriggerList;
    return triggers.find((each) => each.namespace === namespace && each.scaledObject === name);
  }

  async function serve(namespace: string, name: string): Promise<Service> {
    const startedAt = performance.now();
    const elapsed = () => (performance.now() - startedAt) / 1000;
    const wait = { timeoutSeconds: 60, intervalSeconds: 0.02 };
    await pollUntil(`an answer for ${name}`, () => ask(namespace, name), wait);
    const firstAnswer = elapsed();
    await pollUntil(
      `a model for ${name}`,
      async () => {
        const stage = (await summaryOf(namespace, name))?.stage;
        return stage === 'daily' || stage === 'weekly';
      },
      wait,
    );
    const model = elapsed();
    let oldest = 0;
    for (let looks = 0; looks < 10; looks++) {
      await delay(200);
      const observedTime = (await summaryOf(namespace, name))!.observedTime!;
      oldest = Math.max(oldest, (Date.now() - Date.parse(observedTime)) / 1000);
    }
    return { firstAnswer, model, oldest };
  }

  it('delays no other by more than a few times, and learns why it is refused', async () => {
    const alone = await serve('quiet', 'alone');
    const outcomes = Promise.all(
      Array.from({ length: ASKED }, (_, i) =>
        ask('noisy', `app-${i}`).then(
          () => undefined,
          (error: ServiceError) => error,
        ),
      ),
    );
    const beside = await serve('quiet', 'beside');

    const refused = (await outcomes).filter((error) => error?.code === status.FAILED_PRECONDITION);
    assert.equal(refused.length, ASKED - MOST);
    for (const error of refused.slice(0, 10))
      assert.match(
        error!.details,
        /^ScaledObject noisy\/app-\d+: namespace noisy has 100 triggers already, .* planner\.maxTriggersPerNamespace$/,
      );

    const text = await (await get('/metrics')).text();
    const ofNoisy = text.split('\n').filter((line) => line.includes('noisy'));
    const exported = new Set(ofNoisy.map((line) => /scaledobject="([^"]+)"/.exec(line)?.[1]));
    assert.ok(exported.size <= MOST, `${exported.size} triggers of the noisy namespace are exported`);
    const lines = logged.lines.filter(({ namespace }) => namespace === 'noisy').length;
    assert.ok(lines <= 4 * MOST, `${lines} lines of the log about the noisy namespace`);

    const streams = Array.from({ length: 2 * MOST + 1 }, () =>
      record(client.StreamMetricSpec(refOf('noisy', 'app-0'))),
    );
    assert.equal((await streams.at(-1)!.ended).code, status.RESOURCE_EXHAUSTED);
    const stream = record(client.StreamIsActive(refOf('quiet', 'beside')));
    await pollUntil('a stream of the quiet namespace', () => stream.messages.length === 1);

    printResults(`Beside a namespace that asks for ${ASKED} triggers with queries of ${SLOW_SECONDS} s`, [
      row('the first answer for another namespace', alone.firstAnswer, beside.firstAnswer),
      row("the model of that namespace's trigger", alone.model, beside.model),
      row('the oldest observation that it is answered from', alone.oldest, beside.oldest),
      {
        what: 'the noisy namespace itself',
        many: `${ASKED} triggers`,
        result: `${MOST} are kept and the rest are refused, in ${lines} lines of the log`,
      },
    ]);
    for (const key of ['firstAnswer', 'model', 'oldest'] as const)
      assert.ok(
        beside[key] <= PATIENCE * Math.max(alone[key], INSTANT_SECONDS),
        `${key}: ${beside[key]} s, alone ${alone[key]} s`,
      );
  });
});

function row(what: string, alone: number, beside: number) {
  return { what, many: '1 trigger', result: `${beside.toFixed(2)} s; alone ${alone.toFixed(2)} s` };
}
