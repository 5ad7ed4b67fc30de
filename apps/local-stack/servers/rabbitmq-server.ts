import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, endWithThisProcess } from './end-process.js';
import { freePorts } from './free-ports.js';
import { pollUntil } from './poll-until.js';

/** The server's own start script, beside Debian's wrapper, which would switch to the user rabbitmq and /var/lib. */
const START_SCRIPT = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const START_TIMEOUT_SECONDS = 180;

/** One connection of a client, as the management API lists it. */
export interface BrokerConnection {
  /** The broker's name of it, with both addresses. */
  name: string;
  /** The name that the program gave it, if it did. */
  user_provided_name?: string;
}

/** The loopback ports of a server. */
export interface RabbitmqPorts {
  readonly amqp: number;
  readonly management: number;
  readonly prometheus: number;
  readonly epmd: number;
  readonly distribution: number;
}

/**
 * A real RabbitMQ server in a folder of its own, with its own ports, node name, Erlang cookie and port mapper (epmd),
 * so that several run side by side and none touches the machine's. The management and Prometheus plugins are on.
 * Everything listens on loopback; the user is `guest`.
 */
export class RabbitmqServer {
  readonly #folder: string;
  readonly ports: RabbitmqPorts;
  #portMapper: ChildProcess | undefined;
  #broker: ChildProcess | undefined;

  private constructor(folder: string, ports: RabbitmqPorts) {
    this.#folder = folder;
    this.ports = ports;
  }

  /**
   * Starts a server and waits until it takes connections.
   * @param options.amqpPort, options.managementPort fixed ports; free ones unless given
   */
  static async start(options: { amqpPort?: number; managementPort?: number } = {}): Promise<RabbitmqServer> {
    if (!existsSync(START_SCRIPT)) {
      throw new Error(
        `${START_SCRIPT} is missing: install Debian's package rabbitmq-server, or run make test-setup`,
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'rabbitmq-'));
    const [amqp, management, prometheus, epmd, distribution] = await freePorts(5);
    const server = new RabbitmqServer(folder, {
      amqp: options.amqpPort ?? amqp!,
      management: options.managementPort ?? management!,
      prometheus: prometheus!,
      epmd: epmd!,
      distribution: distribution!,
    });
    await server.#prepare();
    await server.resume();
    return server;
  }

  /** A server that another process started and ends. */
  static at(ports: RabbitmqPorts): RabbitmqServer {
    return new RabbitmqServer('', ports);
  }

  /** The AMQP address of a virtual host, user and password included. */
  uri(vhost = '/'): string {
    return `amqp://guest:guest@127.0.0.1:${this.ports.amqp}/${encodeURIComponent(vhost)}`;
  }

  /** Where Prometheus scrapes the broker's own metrics, such as `rabbitmq_queue_messages_ready`. */
  get prometheusUrl(): string {
    return `http://127.0.0.1:${this.ports.prometheus}/metrics`;
  }

  /** The management page and API. */
  get managementUrl(): string {
    return `http://127.0.0.1:${this.ports.management}`;
  }

  /** The processes that run for this server: its port mapper and the broker. */
  get processIds(): number[] {
    return [this.#portMapper, this.#broker].flatMap((child) => child?.pid ?? []);
  }

  /** Creates a virtual host with a name of its own, so that tests share a server and not its queues. */
  async createVhost(): Promise<string> {
    const vhost = `test-${randomUUID()}`;
    await this.#manage('PUT', `/api/vhosts/${vhost}`);
    return vhost;
  }

  /** The open connections to a virtual host. The management API learns of one some seconds after it opened. */
  async connections(vhost: string): Promise<BrokerConnection[]> {
    return (await this.#manage('GET', `/api/vhosts/${vhost}/connections`)) as BrokerConnection[];
  }

  /** How many deliveries of a queue were repeated ones. The broker's statistics are about a second old. */
  async redeliveries(vhost: string, queue: string): Promise<number> {
    const statistics = (await this.#manage('GET', `/api/queues/${vhost}/${encodeURIComponent(queue)}`)) as {
      message_stats?: { redeliver?: number };
    };
    return statistics.message_stats?.redeliver ?? 0;
  }

  /** Cuts a client's connection from the broker's side. */
  async cutConnection(connection: BrokerConnection): Promise<void> {
    await this.#manage('DELETE', `/api/connections/${encodeURIComponent(connection.name)}`);
  }

  /** Stops the broker as an operator does (SIGTERM) and keeps its data; {@link resume} starts it again. */
  async pause(): Promise<void> {
    await this.#endBroker('SIGTERM');
  }

  /** Starts the broker on the same ports with the data it has. */
  async resume(): Promise<void> {
    this.#portMapper ??= spawn('epmd', ['-port', String(this.ports.epmd), '-address', '127.0.0.1'], {
      stdio: 'ignore',
    });
    endWithThisProcess(this.#portMapper);
    const broker = spawn(START_SCRIPT, { stdio: 'ignore', cwd: this.#folder, env: this.#environment() });
    this.#broker = broker;
    endWithThisProcess(broker);
    try {
      await pollUntil(
        `RabbitMQ on port ${this.ports.amqp}`,
        async () => {
          if (broker.exitCode !== null) return 'ended';
          await this.#manage('GET', `/api/health/checks/port-listener/${this.ports.amqp}`);
          return 'listening';
        },
        { timeoutSeconds: START_TIMEOUT_SECONDS },
      );
      if (broker.exitCode !== null) throw new Error(`RabbitMQ ended with code ${broker.exitCode}`);
    } catch (error) {
      const log = await readFile(join(this.#folder, 'rabbit.log'), 'utf8').catch(() => 'no log');
      await this.close();
      throw new Error(`RabbitMQ did not start; the end of its log:\n${log.slice(-2000)}`, { cause: error });
    }
  }

  /** Ends the broker and its port mapper at once and removes the folder. */
  async close(): Promise<void> {
    await this.#endBroker('SIGKILL');
    if (this.#portMapper) await endProcess(this.#portMapper, 'SIGTERM');
    this.#portMapper = undefined;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #endBroker(signal: NodeJS.Signals): Promise<void> {
    if (this.#broker) await endProcess(this.#broker, signal);
    this.#broker = undefined;
  }

  async #prepare(): Promise<void> {
    await mkdir(join(this.#folder, 'data'));
    await writeFile(join(this.#folder, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 });
    await writeFile(join(this.#folder, 'enabled_plugins'), '[rabbitmq_management,rabbitmq_prometheus].\n');
    await writeFile(
      join(this.#folder, 'rabbitmq.conf'),
      [
        `listeners.tcp.1 = 127.0.0.1:${this.ports.amqp}`,
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${this.ports.management}`,
        'prometheus.tcp.ip = 127.0.0.1',
        `prometheus.tcp.port = ${this.ports.prometheus}`,
        'log.file = rabbit.log',
        'log.file.level = warning',
        'collect_statistics_interval = 1000',
        // The management API takes statistics over at the shortest interval of these, connections included.
        ...['global', 'basic', 'detailed'].map(
          (of) => `management.sample_retention_policies.${of}.minute = 1`,
        ),
      ].join('\n'),
    );
  }

  #environment(): NodeJS.ProcessEnv {
    const inFolder = (name: string) => join(this.#folder, name);
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: this.#folder,
      ERL_EPMD_PORT: String(this.ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `rabbit-${this.ports.amqp}@localhost`,
      RABBITMQ_DIST_PORT: String(this.ports.distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
      // A file that is not there, or the machine's own /etc/rabbitmq/rabbitmq-env.conf would count.
      RABBITMQ_CONF_ENV_FILE: inFolder('no-rabbitmq-env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: this.#folder,
      // Makes the script become the server instead of its parent, so that the process id is the server's.
      RUNNING_UNDER_SYSTEMD: 'true',
    };
  }

  async #manage(method: string, path: string): Promise<unknown> {
    const response = await fetch(this.managementUrl + path, {
      method,
      headers: { authorization: `Basic ${btoa('guest:guest')}` },
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`RabbitMQ's ${method} ${path} answered ${response.status}: ${body}`);
    return body === '' ? undefined : JSON.parse(body);
  }
}
