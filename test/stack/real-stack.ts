import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { createBlocks } from '../../apps/history-simulator/create-blocks.js';
import { writeHistory } from '../../apps/history-simulator/write-history.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { ChildProgram } from '../support/child-program.js';
import { ScalerProcess } from '../support/scaler-process.js';
import { sharedMariadb } from '../support/shared-mariadb.js';
import { sharedRabbitmq } from '../support/shared-rabbitmq.js';
import { serveProgramsOfOthers } from './programs-of-others.js';

const DAY_SECONDS = 86_400;

/** The scaler and all workloads as processes, under load, and a Prometheus that scrapes them every second. */
export class RealStack {
  readonly #ends: (() => Promise<unknown>)[] = [];
  #calls: Promise<void> = Promise.resolve();
  #isClosing = false;
  prometheus!: PrometheusServer;

  static async start(): Promise<RealStack> {
    const stack = new RealStack();
    try {
      await stack.#start();
    } catch (error) {
      await stack.close();
      throw error;
    }
    return stack;
  }

  /** Ends everything, in the opposite order of its start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#calls;
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  async #start(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'real-stack-'));
    this.#ends.push(() => rm(folder, { recursive: true }));
    const database = await sharedMariadb();
    const broker = await sharedRabbitmq();
    const uri = broker.uri(await broker.createVhost());
    const [pokedexDatabase, boilerDatabase] = await Promise.all([
      database.createDatabase(),
      database.createDatabase(),
    ]);
    const mysqlEnvironment = (name: string) => {
      const url = new URL(database.url(name));
      return {
        MYSQL_HOST: url.hostname,
        MYSQL_PORT: url.port,
        MYSQL_USER: url.username,
        MYSQL_DATABASE: name,
      };
    };

    const appC = this.#program('telemetry', { APP_NAME: 'app-c', PORT: '0' });
    const appB = this.#program('telemetry', {
      APP_NAME: 'app-b',
      PORT: '0',
      APP_ERRORS: '20',
      APP_URL_DESTINO: await appC.url('http'),
    });
    const appA = this.#program('telemetry', { PORT: '0', APP_URL_DESTINO: await appB.url('http') });
    const hello = this.#program('hello-metrics', { PORT: '0' });
    const pokedex = this.#program('pokedex', { PORT: '0', ...mysqlEnvironment(pokedexDatabase) });
    const producer = this.#program('boiler/producer', {
      RABBITMQ_URI: uri,
      READINGS_PER_SECOND: '20',
      FAULTS_PER_HOUR: '3600',
    });
    const consumer = this.#program('boiler/consumer', {
      RABBITMQ_URI: uri,
      ALERT_QUIET_SECONDS: '1',
      ...mysqlEnvironment(boilerDatabase),
    });
    const sender = this.#program('metric-sender/sender', {
      RABBITMQ_URI: uri,
      CONFIG_PATH: join(packageRoot, 'compose/metric-sender/metricsender.yaml'),
      INTERVAL_SECONDS: '0.5',
    });
    const receiver = this.#program('metric-sender/receiver', { RABBITMQ_URI: uri });
    const others = await serveProgramsOfOthers();
    this.#ends.push(() => others.close());

    const dataFolder = join(folder, 'prometheus');
    const endSeconds = Math.floor(Date.now() / 1000);
    const past = await writeHistory(join(folder, 'past'), {
      apps: ['app-a', 'app-b'],
      peakPerSecond: 50,
      stepSeconds: 60,
      startSeconds: endSeconds - 8 * DAY_SECONDS,
      endSeconds,
      seed: 'dashboards',
    });
    await createBlocks(past, dataFolder, 'promtool');

    // Prometheus knows where the scaler will be, and the scaler where Prometheus is: the scaler's port is asked for first.
    const programs = [appA, appB, appC, pokedex, producer, consumer, sender, receiver];
    const metricsUrls = await Promise.all(programs.map((program) => program.url('metrics')));
    const targets = [...metricsUrls, await hello.url('http')].map((url) => new URL(url).host);
    const scaler = await this.#startWithScaler(dataFolder, targets, others.target, broker.prometheusUrl);
    const requests = [
      new Request(new URL('/', await appA.url('http'))),
      new Request(new URL('/process', await appA.url('http')), { method: 'POST', body: '[]' }),
      new Request(new URL('/', await hello.url('http'))),
      new Request(new URL('/pokemon/25', await pokedex.url('http'))),
    ];
    this.#calls = this.#keepCalling(requests, scaler);
  }

  async #startWithScaler(
    dataFolder: string,
    targets: string[],
    others: string,
    rabbitmq: string,
  ): Promise<KedaStandIn> {
    // Started twice: the scaler needs Prometheus' address at its start, Prometheus the scaler's port in its configuration.
    const first = await PrometheusServer.start({ dataFolder });
    const { port } = first;
    const config = join(dirname(dataFolder), 'scaler.yaml');
    await writeFile(config, 'calendars: {br-holidays: {holidays: BR}}\n');
    const scaler = await ScalerProcess.start({
      SCALER_CONFIG_FILE: config,
      SCALER_PROMETHEUS_ADDRESS: first.address,
      SCALER_PLANNER_REFRESH: '1s',
    });
    this.#ends.push(() => scaler.stop());
    await first.close();
    this.prometheus = await PrometheusServer.start({
      port,
      dataFolder,
      config: {
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [join(packageRoot, 'compose/prometheus/rules/*.rules.yml')],
        scrape_configs: [
          { job_name: 'apps', static_configs: [{ targets }] },
          { job_name: 'predictive-scaler', static_configs: [{ targets: [`127.0.0.1:${scaler.httpPort}`] }] },
          { job_name: 'others', honor_labels: true, static_configs: [{ targets: [others] }] },
          {
            job_name: 'rabbitmq',
            // What prometheus.return_per_object_metrics makes of /metrics in the stacks.
            metrics_path: '/metrics/per-object',
            static_configs: [{ targets: [new URL(rabbitmq).host] }],
          },
        ],
      },
    });
    this.#ends.push(() => this.prometheus.close());
    const keda = new KedaStandIn(scaler.grpcAddress);
    this.#ends.push(async () => keda.close());
    return keda;
  }

  #program(name: string, environment: Record<string, string>): ChildProgram {
    const program = new ChildProgram(new URL(`../../apps/${name}/main.js`, import.meta.url), {
      HOST: '127.0.0.1',
      ...(name === 'hello-metrics' ? {} : { METRICS_PORT: '0' }),
      ...environment,
    });
    this.#ends.push(() => program.stop());
    return program;
  }

  /** Requests to the apps and reads of the scaler, some each second, until the end. */
  async #keepCalling(requests: readonly Request[], scaler: KedaStandIn): Promise<void> {
    const triggers = [await readTrigger('app-a/app-a-predictive'), await readTrigger('app-b/app-b-push')];
    // No trigger of the base accepts an overload; the panels and alerts about it need one.
    triggers[0]!.metadata.targetOverload = '1%';
    const startMilliseconds = performance.now();
    while (!this.#isClosing) {
      await Promise.all(
        requests.map(async (request) => {
          await (await fetch(request.clone())).arrayBuffer();
        }),
      );
      // The second trigger comes later, so that its fit is seen to be counted.
      const known = performance.now() - startMilliseconds > 10_000 ? triggers : triggers.slice(0, 1);
      for (const { name, metadata } of known)
        await scaler.read(name, 'apps', metadata).catch((error: { code?: number }) => {
          // While it starts it may say UNAVAILABLE, as it would to KEDA.
          if (error.code !== 14) throw error;
        });
      await delay(200);
    }
  }
}

/** The first trigger of a ScaledObject of the base. */
async function readTrigger(path: string): Promise<{ name: string; metadata: Record<string, string> }> {
  const { metadata, spec } = parse(await readFile(join(packageRoot, 'k8s/base', `${path}.yaml`), 'utf8'));
  return { name: metadata.name, metadata: spec.triggers[0].metadata };
}
