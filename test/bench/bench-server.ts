import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { median } from 'simple-statistics';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { entryPointOf, readDockerfile } from '../support/compose/dockerfile.js';
import { printResults, type Result } from '../support/result-table.js';
import { ScalerProcess } from '../support/scaler-process.js';
import { sumOf } from '../support/sum-of.js';
import { openMetricsFamily, workloadSamples } from '../support/workload-openmetrics.js';
import { benchMetadata, type LoadPlan, type LoadReport } from './load-driver.js';
import { loopDelaySince, withLoopDelay } from './loop-delay.js';

const run = promisify(execFile);
const DAY = 86_400;

/** Triggers of the two loads; fewer for a quick look. */
const few = Number(process.env.FEW ?? 1000);
const many = Number(process.env.MANY ?? 10_000);
/** History that each of many triggers learns from. */
const manyHistory = process.env.MANY_HISTORY ?? '3d';
/** Seconds of steady load that are measured, in as many turns as the bare server has. */
const steadySeconds = Number(process.env.SECONDS ?? 60);

/** Heap of the scaler's first thread: what Node.js takes for itself in a container of 1 GiB. */
const HEAP_MEBIBYTES = 512;
/** Node.js options of the scaler's image. */
const imageOptions = entryPointOf(readDockerfile().get('scaler')!).options;

/** Turns that the scaler and the bare server take; the middle one counts. */
const TURNS = 3;
/** A delay below it is a machine at rest; a multiple of it would say nothing. */
const LEAST_DELAY_MILLISECONDS = 0.1;

const results: Result[] = [];
const now = Math.floor(Date.now() / 1000);
const folder = await mkdtemp(join(tmpdir(), 'bench-server-'));
const prometheus = await PrometheusServer.start({
  history: [
    ...openMetricsFamily(
      'shop_load',
      'gauge',
      '{app="shop"}',
      workloadSamples({ startSeconds: now - 15 * DAY, endSeconds: now + DAY / 8, intervalSeconds: 30 }),
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
  await rm(folder, { recursive: true });
}
printResults('Load', results);

/** A scaler that knows nothing meets all triggers at once, learns, and is then read at KEDA's own pace. */
async function coldStartAndSteadyLoad(
  triggers: number,
  historyTimeWindow: string,
  refit: string,
): Promise<void> {
  const socket = join(folder, `scaler-${triggers}`);
  const scaler = await ScalerProcess.start({
    SCALER_PROMETHEUS_ADDRESS: prometheus.address,
    SCALER_PLANNER_REFIT: refit,
    ...withLoopDelay(socket, [`--max-old-space-size=${HEAP_MEBIBYTES}`, ...imageOptions].join(' ')),
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
    const fetchedBefore = sumOf(await scrape(scaler), 'predictive_scaler_fetched_samples_total') ?? 0;
    const startedSteadyAt = performance.now();
    await compareWithBareServer(plan, socket);
    const seconds = (performance.now() - startedSteadyAt) / 1000;
    const text = await scrape(scaler);
    const resident = sumOf(text, 'process_resident_memory_bytes') ?? Number.NaN;
    results.push({
      what: `memory after it (${triggers} triggers, ${historyTimeWindow})`,
      many: `${seconds.toFixed(0)} s`,
      result: `${(resident / 2 ** 20).toFixed(0)} MiB resident`,
    });
    const fetched = (sumOf(text, 'predictive_scaler_fetched_samples_total') ?? 0) - fetchedBefore;
    const steps = (seconds / 300) * triggers;
    results.push({
      what: 'samples that Prometheus sent in that time, the load now every 15 s included',
      many: `${Math.round(steps)} steps`,
      result: `${fetched} samples`,
    });
  } finally {
    await scaler.stop();
  }
}

/** A bare grpc-js server in a process of its own. */
async function startBareServer(
  environment: Record<string, string> = {},
): Promise<{ address: string; stop(): void }> {
  const program = fileURLToPath(new URL('./bare-server.js', import.meta.url));
  const bare = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const [port] = (await once(createInterface({ input: bare.stdout }), 'line')) as [string];
  return { address: `127.0.0.1:${port}`, stop: () => bare.kill('SIGKILL') };
}

/**
 * KEDA's calls at its own pace to the scaler and, in turns, to a bare server that answers constants. The scaler goes on
 * observing and fitting during both, so that Prometheus and the machine have the same work beside each.
 *
 * @param socket where the scaler tells its event-loop delay
 */
async function compareWithBareServer(
  plan: Omit<LoadPlan, 'everySeconds' | 'forSeconds'>,
  socket: string,
): Promise<void> {
  const bareSocket = join(folder, `bare-${plan.triggers}`);
  const bare = await startBareServer(withLoopDelay(bareSocket));
  const servers = [
    { who: 'scaler', address: plan.address, socket },
    { who: 'bare server', address: bare.address, socket: bareSocket },
  ];
  const pace = { everySeconds: [15, 30], forSeconds: steadySeconds / TURNS };
  const measured = servers.map(() => ({ p99: [] as number[], delay: [] as number[] }));
  try {
    for (let turn = 1; turn <= TURNS; turn++)
      for (const [index, server] of servers.entries()) {
        await loopDelaySince(server.socket);
        const report = await load({ ...plan, ...pace, address: server.address });
        const delay = await loopDelaySince(server.socket);
        note(`steady, turn ${turn}: the three calls every 15 s and every 30 s, ${server.who}`, report, delay);
        measured[index]!.p99.push(report.p99Milliseconds);
        measured[index]!.delay.push(Math.max(LEAST_DELAY_MILLISECONDS, delay));
      }
  } finally {
    bare.stop();
  }
  const [own, other] = measured as [(typeof measured)[0], (typeof measured)[0]];
  for (const [what, key] of [
    ['p99', 'p99'],
    ['event-loop delay (p99)', 'delay'],
  ] as const) {
    const [ownMiddle, otherMiddle] = [median(own[key]), median(other[key])];
    results.push({
      what: `steady: ${what} as a multiple of a bare grpc-js server's (${plan.triggers} triggers)`,
      many: `${TURNS} turns of ${pace.forSeconds.toFixed(0)} s each`,
      result: `${(ownMiddle / otherMiddle).toFixed(2)} (${ownMiddle.toFixed(1)} ms and ${otherMiddle.toFixed(1)} ms)`,
    });
  }
}

/** GetMetrics in a closed loop, beside a bare grpc-js handler in the same run, in turns. */
async function throughput(): Promise<void> {
  const scaler = await ScalerProcess.start({
    SCALER_PROMETHEUS_ADDRESS: prometheus.address,
  });
  const bare = await startBareServer();
  const rates = { scaler: 0, bare: 0 };
  const rounds = 5;
  try {
    for (let round = 0; round <= rounds; round++)
      for (const [who, address] of [
        ['scaler', scaler.grpcAddress],
        ['bare', bare.address],
      ] as const) {
        const rate = await closedLoop(address, 2);
        // The first round warms both up.
        if (round > 0) rates[who] += rate / rounds;
      }
  } finally {
    bare.stop();
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

function note(what: string, report: LoadReport, loopDelayMilliseconds?: number): void {
  const { calls, errors, firstErrors, p50Milliseconds, p99Milliseconds, maxMilliseconds } = report;
  const delay =
    loopDelayMilliseconds === undefined
      ? ''
      : `, event-loop delay p99 ${loopDelayMilliseconds.toFixed(1)} ms`;
  results.push({
    what,
    many: `${calls} calls`,
    result: `${errors} errors; p50 ${p50Milliseconds.toFixed(1)} ms, p99 ${p99Milliseconds.toFixed(1)} ms, longest ${maxMilliseconds.toFixed(0)} ms${delay}`,
  });
  for (const message of firstErrors) console.log(`error: ${message}`);
  console.log(results.at(-1)!.what, results.at(-1)!.result);
}

async function scrape(scaler: ScalerProcess): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
}
