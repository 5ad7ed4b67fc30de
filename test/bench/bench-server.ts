import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { printResults, type Result } from '../support/result-table.js';
import { ScalerProcess } from '../support/scaler-process.js';
import { sumOf } from '../support/sum-of.js';
import { openMetricsFamily, workloadSamples } from '../support/workload-openmetrics.js';
import { benchMetadata, type LoadPlan, type LoadReport } from './load-driver.js';

const run = promisify(execFile);
const day = 86_400;

/** Triggers of the two loads; fewer for a quick look. */
const few = Number(process.env.FEW ?? 1000);
const many = Number(process.env.MANY ?? 10_000);
/** History that each of many triggers learns from. */
const manyHistory = process.env.MANY_HISTORY ?? '3d';
/** Seconds of steady load that are measured. */
const steadySeconds = Number(process.env.SECONDS ?? 60);

/** Heap of the scaler's first thread: what Node.js takes for itself in a container of 1 GiB. */
const heapMebibytes = 512;
/** prom-client looks at the event loop this often, and its delay includes the time between two looks. */
const lagResolutionSeconds = 0.01;

const results: Result[] = [];
const now = Math.floor(Date.now() / 1000);
const prometheus = await PrometheusServer.start({
  history: [
    ...openMetricsFamily(
      'shop_load',
      'gauge',
      '{app="shop"}',
      workloadSamples({ startSeconds: now - 15 * day, endSeconds: now + day / 8, intervalSeconds: 30 }),
    ),
    '# EOF\n',
  ],
});
try {
  // Fits often, so that they go on all the time; the many keep to the default.
  await coldStartAndSteadyLoad(few, '14d', '10m');
  await throughput();
  if (many > 0) await coldStartAndSteadyLoad(many, manyHistory, '1h');
} finally {
  await prometheus.close();
}
printResults('Load', results);

/** A scaler that knows nothing meets all triggers at once, learns, and is then read at KEDA's own pace. */
async function coldStartAndSteadyLoad(
  triggers: number,
  historyTimeWindow: string,
  refit: string,
): Promise<void> {
  const scaler = await ScalerProcess.start({
    SCALER_PROMETHEUS_ADDRESS: prometheus.address,
    SCALER_PLANNER_REFIT: refit,
    NODE_OPTIONS: `--max-old-space-size=${heapMebibytes}`,
  });
  const plan = { address: scaler.grpcAddress, triggers, namespaces: 20, historyTimeWindow };
  try {
    const startedAt = performance.now();
    const first = await load({
      ...plan,
      everySeconds: [Math.max(1, triggers / 1000)],
      forSeconds: Math.max(1, triggers / 1000),
    });
    note(`cold start: first calls for ${triggers} distinct queries over ${historyTimeWindow}`, first);
    await pollUntil(
      'every trigger to have a model',
      async () => {
        const text = await scrape(scaler);
        const withModel = text
          .split('\n')
          .filter((line) => /^predictive_scaler_model_age_seconds\{/.test(line)).length;
        if (withModel >= triggers) return true;
        console.log(`${withModel} of ${triggers} have a model`);
        throw new Error(`${withModel} of ${triggers}`);
      },
      { timeoutSeconds: 3600, intervalSeconds: triggers > 2000 ? 15 : 3 },
    );
    results.push({
      what: `cold start: until all ${triggers} triggers forecast, over ${historyTimeWindow}`,
      many: `${triggers} triggers`,
      result: `${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
    });
    // One read at rest, so that the lag before does not count.
    await scrape(scaler);
    const fetchedBefore = sumOf(await scrape(scaler), 'predictive_scaler_fetched_samples_total') ?? 0;
    const steady = await load({ ...plan, everySeconds: [15, 30], forSeconds: steadySeconds });
    note(
      `steady: GetMetricSpec, GetMetrics and IsActive every 15 s and every 30 s for ${triggers} triggers`,
      steady,
    );
    const text = await scrape(scaler);
    const lag = (sumOf(text, 'nodejs_eventloop_lag_p99_seconds') ?? Number.NaN) - lagResolutionSeconds;
    const resident = sumOf(text, 'process_resident_memory_bytes') ?? Number.NaN;
    results.push({
      what: `event-loop delay and memory during it (${triggers} triggers, ${historyTimeWindow})`,
      many: `${steadySeconds} s`,
      result: `p99 ${(lag * 1000).toFixed(1)} ms, ${(resident / 2 ** 20).toFixed(0)} MiB resident`,
    });
    const fetched = (sumOf(text, 'predictive_scaler_fetched_samples_total') ?? 0) - fetchedBefore;
    const steps = (steadySeconds / 300) * triggers;
    results.push({
      what: `samples that Prometheus sent in those ${steadySeconds} s, the load now every 15 s included`,
      many: `${Math.round(steps)} steps`,
      result: `${fetched} samples`,
    });
  } finally {
    await scaler.stop();
  }
}

/** GetMetrics in a closed loop, beside a bare grpc-js handler in the same run, in turns. */
async function throughput(): Promise<void> {
  const scaler = await ScalerProcess.start({
    SCALER_PROMETHEUS_ADDRESS: prometheus.address,
  });
  const bare = spawn(process.execPath, [fileURLToPath(new URL('./bare-server.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: bare.stdout }), 'line')) as [string];
  const rates = { scaler: 0, bare: 0 };
  const rounds = 5;
  try {
    for (let round = 0; round <= rounds; round++)
      for (const [who, address] of [
        ['scaler', scaler.grpcAddress],
        ['bare', `127.0.0.1:${line}`],
      ] as const) {
        const rate = await closedLoop(address, 2);
        // The first round warms both up.
        if (round > 0) rates[who] += rate / rounds;
      }
  } finally {
    bare.kill('SIGKILL');
    await scaler.stop();
  }
  results.push({
    what: 'throughput of GetMetrics beside a bare grpc-js handler, in turns in one run',
    many: `${rounds} rounds of 2 s each`,
    result: `${((100 * rates.scaler) / rates.bare).toFixed(0)} % (${rates.scaler.toFixed(0)}/s and ${rates.bare.toFixed(0)}/s)`,
  });
}

/** Calls per second with 64 calls under way at a time. */
async function closedLoop(address: string, seconds: number): Promise<number> {
  const client = connect(address, credentials.createInsecure());
  const scaledObjectRef = {
    name: 'app-1',
    namespace: 'team-1',
    scalerMetadata: { ...benchMetadata(1, '3d'), metricName: 'load' },
  };
  const until = performance.now() + seconds * 1000;
  let calls = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      await callUnary(client, 'GetMetrics', { scaledObjectRef, metricName: 'load' }, 60);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: 64 }, one));
  client.close();
  return calls / seconds;
}

/** Runs the load in a process of its own. */
async function load(plan: LoadPlan): Promise<LoadReport> {
  const program = fileURLToPath(new URL('./load-process.js', import.meta.url));
  const { stdout } = await run(process.execPath, [program, JSON.stringify(plan)], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as LoadReport;
}

function note(what: string, report: LoadReport): void {
  const { calls, errors, firstErrors, p50Milliseconds, p99Milliseconds, maxMilliseconds } = report;
  results.push({
    what,
    many: `${calls} calls`,
    result: `${errors} errors; p50 ${p50Milliseconds.toFixed(1)} ms, p99 ${p99Milliseconds.toFixed(1)} ms, longest ${maxMilliseconds.toFixed(0)} ms`,
  });
  for (const message of firstErrors) console.log(`error: ${message}`);
  console.log(results.at(-1)!.what, results.at(-1)!.result);
}

async function scrape(scaler: ScalerProcess): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
}
