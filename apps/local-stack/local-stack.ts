import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import mysql from 'mysql2/promise';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { createBlocks } from '../history-simulator/create-blocks.js';
import { writeHistory } from '../history-simulator/write-history.js';
import { choosePort } from './choose-port.js';
import { LocalProgram } from './local-program.js';
import { scrapeConfig, type Target } from './scrape-config.js';
import { freePorts } from './servers/free-ports.js';
import { MariadbServer } from './servers/mariadb-server.js';
import { PrometheusServer } from './servers/prometheus-server.js';
import { RabbitmqServer } from './servers/rabbitmq-server.js';
import { sendTraffic } from './traffic.js';
import type { LocalStackConfig } from './variables.js';

/** The load of app-a, as the scaler's users ask for it. */
const APP_REQUESTS_QUERY = 'sum(rate(app_requests_total{app="app-a"}[2m]))';

/** Readings per second that flow into the boiler's queue. */
const BOILER_INFLOW_QUERY = 'sum(rate(boiler_readings_published_total[1m]))';

/** An address to show: what it is, and where. */
export interface Address {
  name: string;
  url: string;
}

/** How a program of apps/ is started. */
interface ProgramPlan {
  name: string;
  /** Its folder below apps/. */
  folder: string;
  /** Where it serves people, if it does. */
  port?: number;
  /** Where it serves its metrics; a free port unless given. */
  metricsPort?: number;
  environment: Record<string, string>;
}

/**
 * All workloads, the scaler, and the real servers that they need, on this machine's loopback without Docker: MariaDB,
 * RabbitMQ and Prometheus from the distribution's packages. Documented ports are used where they are free.
 */
export class LocalStack {
  /** What a person may open or ask, in the order of interest. */
  readonly addresses: Address[] = [];
  /** Where the others serve their metrics. */
  readonly metrics: Address[] = [];
  /** What Prometheus scrapes. */
  readonly #targets: Target[] = [];
  readonly #config: LocalStackConfig;
  readonly #say: (line: string) => void;
  /** What has been started, in the order in which it is stopped. */
  readonly #stops: (() => Promise<unknown>)[] = [];

  private constructor(config: LocalStackConfig, say: (line: string) => void) {
    this.#config = config;
    this.#say = say;
  }

  /**
   * Starts everything and waits until it works.
   * @param say takes a line for each step
   * @throws Error that says what did not start and why; what had been started is stopped again
   */
  static async start(config: LocalStackConfig, say: (line: string) => void): Promise<LocalStack> {
    const stack = new LocalStack(config, say);
    try {
      await stack.#start();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** Stops everything: first what sends work, then the programs, then the servers. */
  async stop(): Promise<void> {
    for (let stop = this.#stops.shift(); stop !== undefined; stop = this.#stops.shift()) await stop();
  }

  async #start(): Promise<void> {
    const folder = resolve(this.#config.STACK_FOLDER);
    const dataFolder = join(folder, 'prometheus');
    this.#say('starting MariaDB and RabbitMQ');
    const [mariadb, rabbitmq] = await settled([
      this.#keep(MariadbServer.start({ port: await choosePort(3306) })),
      this.#keep(
        RabbitmqServer.start({ amqpPort: await choosePort(5672), managementPort: await choosePort(15672) }),
      ),
      this.#seedHistory(dataFolder),
    ]);

    this.#say('starting the programs');
    const appUrl = await this.#startPrograms(mariadb, rabbitmq, join(folder, 'log'));

    this.#say('starting Prometheus and the scaler');
    this.#targets.push({
      job: 'rabbitmq',
      service: 'rabbitmq',
      url: `${new URL(rabbitmq.prometheusUrl).origin}/metrics/per-object`,
    });
    const scalerHttpPort = await choosePort(8088);
    const scalerUrl = `http://127.0.0.1:${scalerHttpPort}`;
    this.#targets.push({ job: 'predictive-scaler', service: 'scaler', url: `${scalerUrl}/metrics` });
    const prometheus = await this.#keep(
      PrometheusServer.start({
        dataFolder,
        port: await choosePort(9090),
        config: scrapeConfig(this.#targets, this.#config.SCRAPE_SECONDS),
      }),
    );
    await this.#startScaler(scalerUrl, prometheus.address, join(folder, 'log'));
    this.addresses.push(
      { name: 'prometheus', url: prometheus.address },
      { name: 'rabbitmq', url: rabbitmq.managementUrl },
      { name: 'rabbitmq AMQP', url: rabbitmq.uri() },
      { name: 'mysql', url: mariadb.url() },
    );
    this.metrics.push({ name: 'rabbitmq', url: rabbitmq.prometheusUrl });
    if (this.#config.TRAFFIC_PER_SECOND > 0)
      this.#stops.unshift(sendTraffic(appUrl, this.#config.TRAFFIC_PER_SECOND));
  }

  /** @returns the address of app-a */
  async #startPrograms(mariadb: MariadbServer, rabbitmq: RabbitmqServer, logFolder: string): Promise<string> {
    const database = new URL(mariadb.url());
    const databaseVariables = { MYSQL_PORT: database.port, MYSQL_USER: database.username };
    const connection = await mysql.createConnection(mariadb.url());
    for (const name of ['pokedex', 'boiler']) await connection.query(`CREATE DATABASE ${name}`);
    await connection.end();
    const broker = { RABBITMQ_URI: rabbitmq.uri() };
    const language = { APP_LANGUAGE: this.#config.APP_LANGUAGE };

    const [a, b, c] = [await choosePort(8000), await choosePort(8001), await choosePort(8002)];
    const hello = await choosePort(5001);
    const chain = (name: string, port: number, next?: number): ProgramPlan => ({
      name,
      folder: 'telemetry',
      port,
      environment: { APP_NAME: name, APP_URL_DESTINO: next === undefined ? '' : `http://127.0.0.1:${next}` },
    });
    const plans: ProgramPlan[] = [
      chain('app-a', a, b),
      chain('app-b', b, c),
      chain('app-c', c),
      {
        name: 'pokedex',
        folder: 'pokedex',
        port: await choosePort(5000),
        metricsPort: await choosePort(8689),
        environment: databaseVariables,
      },
      { name: 'hello-metrics', folder: 'hello-metrics', port: hello, metricsPort: hello, environment: {} },
      {
        name: 'boiler-producer',
        folder: 'boiler/producer',
        environment: { ...broker, READINGS_PER_SECOND: '5' },
      },
      {
        name: 'boiler-consumer',
        folder: 'boiler/consumer',
        environment: { ...broker, ...databaseVariables, ...language },
      },
      {
        name: 'boiler-dashboard',
        folder: 'boiler/dashboard',
        port: await choosePort(8090),
        environment: { ...databaseVariables, ...language },
      },
      {
        name: 'metric-sender',
        folder: 'metric-sender/sender',
        environment: {
          ...broker,
          CONFIG_PATH: join(packageRoot, 'compose/metric-sender/metricsender.yaml'),
          INTERVAL_SECONDS: '10',
        },
      },
      { name: 'metric-receiver', folder: 'metric-sender/receiver', environment: broker },
    ];
    const freeMetricsPorts = await freePorts(plans.length);
    await settled(
      plans.map((plan, index) =>
        this.#startProgram({ metricsPort: freeMetricsPorts[index]!, ...plan }, logFolder),
      ),
    );
    return `http://127.0.0.1:${a}`;
  }

  async #startProgram(plan: ProgramPlan & { metricsPort: number }, logFolder: string): Promise<void> {
    const { name, folder, port, metricsPort, environment } = plan;
    const metricsUrl = `http://127.0.0.1:${metricsPort}`;
    this.#targets.push({ job: 'apps', service: name, url: `${metricsUrl}/metrics` });
    if (port !== undefined) this.addresses.push({ name, url: `http://127.0.0.1:${port}` });
    if (metricsPort !== port) this.metrics.push({ name, url: `${metricsUrl}/metrics` });
    const program = await LocalProgram.start({
      name,
      script: join(packageRoot, 'dist/apps', folder, 'main.js'),
      environment: {
        HOST: '127.0.0.1',
        ...(port === undefined ? {} : { PORT: String(port) }),
        METRICS_PORT: String(metricsPort),
        ...environment,
      },
      readyUrl: `${metricsUrl}/readyz`,
      logFile: join(logFolder, `${name}.log`),
    });
    this.#stops.unshift(() => program.stop());
  }

  async #startScaler(url: string, prometheusUrl: string, logFolder: string): Promise<void> {
    const script = join(packageRoot, 'dist/scaler/cli/main.js');
    const grpcAddress = `127.0.0.1:${await choosePort(50051)}`;
    const scaler = await LocalProgram.start({
      name: 'scaler',
      script,
      args: ['serve'],
      environment: {
        SCALER_PROMETHEUS_ADDRESS: prometheusUrl,
        SCALER_GRPC_ADDRESS: grpcAddress,
        SCALER_HTTP_ADDRESS: new URL(url).host,
        // The boiler has no past here: with the usual hour between fits it would have no model for an hour.
        SCALER_PLANNER_REFIT: '1m',
      },
      readyUrl: `${url}/readyz`,
      logFile: join(logFolder, 'scaler.log'),
    });
    this.#stops.unshift(() => scaler.stop());
    this.addresses.push({ name: 'scaler', url }, { name: 'scaler gRPC', url: grpcAddress });
    // Without KEDA nobody asks the scaler: two probes hold its streams open, as push triggers do.
    const triggers: Record<string, Record<string, string>> = {
      'app-a': { query: APP_REQUESTS_QUERY, threshold: '2' },
      'boiler-consumer': {
        query: BOILER_INFLOW_QUERY,
        threshold: '5',
        queryStep: '10s',
        predictHorizon: '30s',
        historyTimeWindow: '1h',
        seasonality: 'none',
      },
    };
    for (const [name, metadata] of Object.entries(triggers)) {
      const pairs = Object.entries(metadata).flatMap(([key, value]) => ['-m', `${key}=${value}`]);
      const probe = await LocalProgram.start({
        name: `probe of ${name}`,
        script,
        args: ['probe', grpcAddress, '--watch', '--name', name, '--namespace', 'local', ...pairs],
        environment: {},
        logFile: join(logFolder, `probe-${name}.log`),
      });
      this.#stops.unshift(() => probe.stop());
    }
  }

  async #seedHistory(dataFolder: string): Promise<void> {
    const { HISTORY_DAYS: days, TRAFFIC_PER_SECOND: peakPerSecond } = this.#config;
    if (days === 0 || peakPerSecond === 0 || existsSync(dataFolder)) return;
    this.#say(`giving Prometheus ${days} days of simulated past (once)`);
    const endSeconds = Math.floor(Date.now() / 1000);
    const past = join(dataFolder, '..', 'past');
    const files = await writeHistory(past, {
      apps: ['app-a', 'app-b', 'app-c'],
      peakPerSecond,
      stepSeconds: 60,
      startSeconds: endSeconds - days * 86_400,
      endSeconds,
      seed: 'history',
    });
    await createBlocks(files, dataFolder, 'promtool');
  }

  /** Remembers a server for {@link stop} as soon as it runs. */
  async #keep<Server extends { close(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
    const server = await starting;
    this.#stops.push(() => server.close());
    return server;
  }
}

/** Waits for all, also when one fails, so that what is still starting is known before anything is stopped. */
async function settled<const Promises extends readonly Promise<unknown>[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as { -readonly [Index in keyof Promises]: Awaited<Promises[Index]> };
}
