import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { credentials } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { connect } from '../../scaler/grpc/client.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { parseDurationSeconds } from '../../scaler/shared/duration.js';
import { createLog } from '../../scaler/telemetry/log.js';
import { printResults } from '../support/result-table.js';
import { tuned } from '../support/tuned.js';
import { openMetricsFamily, WEDNESDAY_SECONDS, workloadSamples } from '../support/workload-openmetrics.js';

const DAY = 86_400;
const HISTORY_DAYS = 3;
/** Seconds of the machine's time. */
const forSeconds = parseDurationSeconds(process.env.FOR ?? '90s');
/** Days of the accelerated clock in that time. */
const days = Number(process.env.DAYS ?? 1);
const TRIGGERS = 20;
const STREAMS = 500;
/** How often memory and handles are looked at. */
const LOOKS = 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('days of an accelerated clock', function () {
  this.timeout(forSeconds * 2000 + 300_000);

  it('leave memory and handles flat, and the answers those of a fresh process', async () => {
    const startSeconds = WEDNESDAY_SECONDS;
    const prometheus = await PrometheusServer.start({
      history: [
        ...openMetricsFamily(
          'load',
          'gauge',
          '{app="shop"}',
          workloadSamples({
            startSeconds: startSeconds - (HISTORY_DAYS + 1) * DAY,
            endSeconds: startSeconds + (days + 1) * DAY,
            intervalSeconds: 60,
          }),
        ),
        '# EOF\n',
      ],
    });
    const clock = new AcceleratedClock(startSeconds, (days * DAY) / forSeconds);
    const config = tuned(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_REFRESH: '1m',
          // A busy machine falls behind the accelerated clock, which is not what this test is about.
          SCALER_PLANNER_MAX_STALENESS: '1d',
        },
      }),
      {
        idleSeconds: 7 * 86_400,
        firstAnswerWaitSeconds: 0,
      },
    );
    const start = () => startScaler(config, { clock, log: createLog({ level: 'silent' }) });

    const scaler = await start();
    const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    // A stream that opens before there is an answer ends with the reason, and KEDA opens it again.
    for (let i = 0; i < TRIGGERS; i++) {
      const { name, namespace, scalerMetadata } = ref(i);
      await pollUntil(`${name} to answer`, () => keda.read(name, namespace, scalerMetadata));
    }
    const client = connect(`127.0.0.1:${scaler.grpcPort}`, credentials.createInsecure());
    let pushed = 0;
    let ended = 0;
    let isOver = false;
    const open: ReturnType<typeof client.StreamIsActive>[] = [];
    /** Opens a stream, and opens it again when it ends without an error, as KEDA does. */
    function openStream(index: number): void {
      if (isOver) return;
      const stream = client.StreamIsActive(ref(index % TRIGGERS));
      open[index] = stream;
      stream.on('data', () => pushed++);
      stream.on('error', () => ended++);
      stream.on('end', () => setTimeout(openStream, 2000, index).unref());
    }
    for (let index = 0; index < STREAMS; index++) openStream(index);

    const heap: number[] = [];
    const handles: number[] = [];
    let reads = 0;
    const errors: string[] = [];
    for (let look = 0; look < LOOKS; look++) {
      const until = performance.now() + (forSeconds * 1000) / LOOKS;
      while (performance.now() < until) {
        for (let i = 0; i < TRIGGERS; i++) {
          const { name, namespace, scalerMetadata } = ref(i);
          await keda.read(name, namespace, scalerMetadata).then(
            () => reads++,
            (error: Error) => errors.push(error.message),
          );
        }
        await delay(200);
      }
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      heap.push((heapUsed + external) / 2 ** 20);
      handles.push(readdirSync('/proc/self/fd').length);
      console.log(`${look + 1}/${LOOKS}: ${heap.at(-1)!.toFixed(1)} MiB, ${handles.at(-1)} file descriptors`);
    }

    // A fresh process' answer, at a moment at which nothing is on its way.
    clock.pause();
    await delay(2000);
    const fresh = await start();
    clock.resume();
    const largest = await pollUntil('a fresh scaler to answer alike', async () => {
      clock.pause();
      const [old, young] = await Promise.all([answerOf(scaler), answerOf(fresh)]).finally(() =>
        clock.resume(),
      );
      const difference = Math.abs(old! - young!) / old!;
      if (difference < 1e-9) return `${difference.toExponential(1)}`;
      throw new Error(`${old} and ${young}`);
    });

    const endedBefore = ended;
    isOver = true;
    for (const stream of open) stream.cancel();
    client.close();
    keda.close();
    await Promise.all([scaler.stop(), fresh.stop()]);
    await prometheus.close();

    const settled = Math.ceil(LOOKS / 4);
    const grown = (heap.at(-1)! / Math.max(...heap.slice(0, settled)) - 1) * 100;
    printResults('Soak', [
      {
        what: `${days} days of accelerated clock, ${TRIGGERS} triggers, ${STREAMS} StreamIsActive streams`,
        many: `${reads} reads, ${pushed} pushes`,
        result: `${errors.length} failed reads, ${endedBefore} streams failed; heap and buffers ${heap[settled]!.toFixed(0)} MiB after a quarter, ${heap.at(-1)!.toFixed(0)} MiB at the end (${grown.toFixed(0)} % above the highest of the first quarter)`,
      },
      {
        what: 'file descriptors in that time',
        many: `${LOOKS} looks`,
        result: `${Math.min(...handles.slice(settled))} to ${Math.max(...handles.slice(settled))}`,
      },
      {
        what: 'the same answer from a fresh process afterwards',
        many: '1 trigger',
        result: `difference ${largest}`,
      },
    ]);
    assert.deepEqual(errors, []);
    assert.ok(grown <= 20, `heap and buffers grew by ${grown.toFixed(0)} %`);
    assert.ok(
      Math.max(...handles.slice(settled)) <= Math.max(...handles.slice(0, settled)) + 20,
      `file descriptors: ${handles}`,
    );
  });
});

function ref(i: number) {
  return {
    name: `app-${i}`,
    namespace: 'apps',
    scalerMetadata: {
      query: `sum(load) * ${1 + i}`,
      threshold: '10',
      historyTimeWindow: `${HISTORY_DAYS}d`,
      predictHorizon: '30m',
      seasonality: '1d',
    },
  };
}

async function answerOf(one: Scaler): Promise<number> {
  const stand = new KedaStandIn(`127.0.0.1:${one.grpcPort}`);
  const { name, namespace, scalerMetadata } = ref(0);
  try {
    return (await stand.read(name, namespace, scalerMetadata)).metric;
  } finally {
    stand.close();
  }
}
