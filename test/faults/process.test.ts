import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import type { Series } from '../../scaler/forecast/index.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { FitPool } from '../../scaler/planner/fit-pool.js';
import { createLog } from '../../scaler/telemetry/log.js';
import { record } from '../support/grpc/client.js';
import { printResults, type Result } from '../support/result-table.js';
import { ScalerProcess } from '../support/scaler-process.js';
import { sumOf } from '../support/sum-of.js';
import { tuned } from '../support/tuned.js';
import {
  openMetricsFamily,
  WEDNESDAY_SECONDS,
  workloadAt,
  workloadSamples,
} from '../support/workload-openmetrics.js';
import { deaths } from './dying-fit-worker.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const STEP_SECONDS = 300;
/** Hours of the clock that two replicas are compared for. */
const hours = Number(process.env.HOURS ?? 2);

describe('the process', function () {
  this.timeout(600_000);
  const results: Result[] = [];
  after(() => printResults('Process', results));

  describe('a worker thread that dies in a fit', () => {
    const options = { horizonSteps: 3, seasonality: 'auto', timezone: 'UTC' } as const;
    const turn = { namespace: 'shop', signal: new AbortController().signal };
    const series = (first: number): Series => ({
      startSeconds: 0,
      stepSeconds: STEP_SECONDS,
      values: Float64Array.from({ length: 600 }, (_, i) => (i === 0 ? first : workloadAt(i * STEP_SECONDS))),
    });

    for (const [how, first] of Object.entries(deaths))
      it(`fails its own fit only: ${how}`, async () => {
        const worker = new URL('./dying-fit-worker.js', import.meta.url);
        const pool = new FitPool({ threads: 1, timeoutSeconds: 3, heapMebibytes: 32 }, worker);
        try {
          const before = await pool.fit(() => series(100), options, turn);
          const outcomes = await Promise.allSettled([
            pool.fit(() => series(first), options, turn),
            pool.fit(() => series(100), options, turn),
            pool.fit(() => series(100), options, turn),
          ]);
          assert.deepEqual(
            outcomes.map(({ status }) => status),
            ['rejected', 'fulfilled', 'fulfilled'],
          );
          assert.equal(before.stage, 'daily');
        } finally {
          await pool.close();
        }
        results.push({
          what: `a worker thread ${how} in a fit`,
          many: '1 of 4 fits',
          result: 'that fit fails, the others end well in a new thread',
        });
      });
  });

  describe('over a real Prometheus', () => {
    const startSeconds = WEDNESDAY_SECONDS + 8 * HOUR;
    const metadata = {
      query: 'sum(load)',
      threshold: '10',
      historyTimeWindow: '3d',
      predictHorizon: '30m',
      seasonality: '1d',
    };
    let prometheus: PrometheusServer;
    before(async () => {
      const samples = workloadSamples({
        startSeconds: startSeconds - 4 * DAY,
        endSeconds: startSeconds + (hours + 2) * HOUR,
        intervalSeconds: 60,
      });
      prometheus = await PrometheusServer.start({
        history: [...openMetricsFamily('load', 'gauge', '{app="shop"}', samples), '# EOF\n'],
      });
    });
    after(async () => {
      await prometheus?.close();
    });

    it('loses no call when one of two replicas gets SIGTERM under load', async () => {
      const environment = { SCALER_PROMETHEUS_ADDRESS: prometheus.address };
      const replicas = await Promise.all([
        ScalerProcess.start(environment),
        ScalerProcess.start(environment),
      ]);
      const client = connect(
        `ipv4:${replicas.map(({ grpcAddress }) => grpcAddress).join(',')}`,
        credentials.createInsecure(),
        { 'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }) },
      );
      const ref = { name: 'shop', namespace: 'apps', scalerMetadata: metadata };
      const { metricSpecs } = await callUnary(client, 'GetMetricSpec', ref, 60);
      const asked = { scaledObjectRef: ref, metricName: metricSpecs[0]!.metricName };
      for (const { grpcAddress } of replicas) await firstAnswer(grpcAddress, ref);
      // Round robin takes every other one to the replica that will end.
      const streams = Array.from({ length: 20 }, () => record(client.StreamIsActive(ref)));
      await pollUntil('the streams to be open', () => streams.every(({ messages }) => messages.length === 1));
      let calls = 0;
      let isOver = false;
      const errors = new Set<string>();
      const caller = async (): Promise<void> => {
        while (!isOver)
          for (const call of [
            () => callUnary(client, 'GetMetricSpec', ref, 60),
            () => callUnary(client, 'GetMetrics', asked, 60),
            () => callUnary(client, 'IsActive', ref, 60),
          ]) {
            await call().catch((error: Error) => errors.add(error.message));
            calls++;
          }
      };
      const load = Promise.all(Array.from({ length: 20 }, caller));
      await pollUntil('a thousand calls', () => calls > 1000);
      assert.equal(await replicas[0]!.stop(), 0);
      const atEnd = calls;
      await pollUntil('a thousand calls more', () => calls > atEnd + 1000);

      // Those of the replica that ended tell KEDA to open them again, which it does: elsewhere.
      const ends = await Promise.all(
        streams.map(({ ended }) => Promise.race([ended, delay(100, undefined)])),
      );
      const ended = ends.filter((end) => end !== undefined);
      assert.deepEqual(
        ended.map(({ code }) => code),
        Array(10).fill(status.OK),
      );
      const reopened = ended.map(() => record(client.StreamIsActive(ref)));
      await pollUntil('them to be open again', () => reopened.every(({ messages }) => messages.length === 1));
      isOver = true;
      await load;
      assert.equal(await replicas[1]!.stop(), 0);
      for (const { ended } of [...streams, ...reopened]) assert.equal((await ended).code, status.OK);
      client.close();
      assert.deepEqual([...errors], []);
      results.push({
        what: 'SIGTERM to one of two replicas under load: GetMetricSpec, GetMetrics, IsActive, StreamIsActive',
        many: `${calls} calls, 20 at a time; ${streams.length} streams`,
        result: `no call lost; ${ended.length} streams ended with OK, so that KEDA opens them elsewhere; exit code 0`,
      });
    });

    /** Until a trigger is known, its first calls may be answered UNAVAILABLE. */
    async function firstAnswer(address: string, ref: { name: string; namespace: string }): Promise<void> {
      const keda = new KedaStandIn(address);
      try {
        await pollUntil(`${address} to answer`, () => keda.read(ref.name, ref.namespace, metadata));
      } finally {
        keda.close();
      }
    }

    it('answers alike from two replicas, one of which restarts every hour', async () => {
      const clock = new AcceleratedClock(startSeconds, 600);
      clock.limitTo(startSeconds);
      const config = tuned(
        loadConfig({
          environment: {
            SCALER_PROMETHEUS_ADDRESS: prometheus.address,
            SCALER_GRPC_ADDRESS: '127.0.0.1:0',
            SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          },
        }),
        {
          idleSeconds: 7 * 86_400,
          firstAnswerWaitSeconds: 0,
        },
      );
      const start = () => startScaler(config, { clock, log: createLog({ level: 'silent' }) });
      const steady = await start();
      let restarted = await start();
      let compared = 0;
      let restarts = 0;
      let largest = 0;
      try {
        for (let at = startSeconds + STEP_SECONDS; at <= startSeconds + hours * HOUR; at += STEP_SECONDS) {
          // The clock stops shortly before a tick. On a busy machine a replica may still be at work on the one before.
          clock.limitTo(at + 59);
          await pollUntil('the clock to arrive', () => clock.nowSeconds() >= at + 59);
          const difference = await pollUntil(
            'both replicas to answer alike from the newest step',
            async () => {
              const read = await Promise.all([stateOf(steady), stateOf(restarted)]);
              const isNew = read.every(
                ({ modelAge }) => modelAge !== undefined && modelAge < STEP_SECONDS + 90,
              );
              const [a, b] = read.map(({ value }) => value);
              const relative = Math.abs(a! - b!) / a!;
              if (isNew && relative <= 1e-9) return { relative };
              throw new Error(`at ${new Date(at * 1000).toISOString()}: ${JSON.stringify(read)}`);
            },
          );
          largest = Math.max(largest, difference.relative);
          compared++;
          if (at % HOUR === 0) {
            await restarted.stop();
            restarted = await start();
            restarts++;
          }
        }
      } finally {
        await Promise.all([steady.stop(), restarted.stop()]);
      }
      results.push({
        what: `two replicas over ${hours} hours of accelerated clock, one restarted every hour`,
        many: `${compared} comparisons, ${restarts} restarts`,
        result: `largest relative difference ${largest.toExponential(1)}`,
      });
    });

    /** Value and age of the model, after a question that keeps the trigger known. */
    async function stateOf(scaler: Scaler) {
      const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
      try {
        await keda.read('shop', 'apps', metadata);
        // Value and age come from one scrape, so that they are of one answer.
        const text = await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
        return {
          value: sumOf(text, 'predictive_scaler_value')!,
          modelAge: sumOf(text, 'predictive_scaler_model_age_seconds'),
        };
      } finally {
        keda.close();
      }
    }
  });
});
