import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { endProcess, endWithThisProcess } from './end-process.js';
import { findProgram } from './find-program.js';
import { freePorts } from './free-ports.js';
import { pollUntil } from './poll-until.js';
import { PrometheusClient } from './prometheus-client.js';

const run = promisify(execFile);

/** What the server starts with. */
export interface PrometheusOptions {
  /** OpenMetrics text, ended by "# EOF", to fill the history with. Without it the server starts empty. */
  readonly history?: Iterable<string>;
  /** The configuration file as an object, in Prometheus' own terms. Without it nothing is scraped. */
  readonly config?: object;
  /** Folder of the database, kept after the end. Without it the server has one of its own, removed at the end. */
  readonly dataFolder?: string;
  /** Without it a free one. */
  readonly port?: number;
  /** Further command-line flags. */
  readonly flags?: readonly string[];
}

const START_TIMEOUT_SECONDS = 180;

/** Tries with another port when somebody else takes the free one first. */
const MAX_PORT_TRIES = 5;

/** A real Prometheus server on loopback. */
export class PrometheusServer {
  /** What it was given and what it wrote itself, apart from a data folder of the caller's. */
  readonly #folder: string;
  readonly #dataFolder: string;
  readonly #flags: readonly string[];
  /** 0 until it is known. */
  #port: number;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, { dataFolder, port, flags }: PrometheusOptions) {
    this.#folder = folder;
    this.#dataFolder = dataFolder ?? join(folder, 'data');
    this.#port = port ?? 0;
    this.#flags = flags ?? [];
  }

  /**
   * Starts a server and waits until it answers. Close it when done.
   * @throws Error that says how to install Prometheus when it is missing: tests must not pass for want of it.
   */
  static async start(options: PrometheusOptions = {}): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'scaler-prometheus-'));
    const server = new PrometheusServer(folder, options);
    try {
      await mkdir(server.#dataFolder, { recursive: true });
      await writeFile(server.#configFile, stringify(options.config ?? {}));
      if (options.history !== undefined) await server.#backfill(options.history);
      await server.start();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Its address, the same after a restart. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Asks it over its HTTP API. */
  get client(): PrometheusClient {
    return new PrometheusClient(this.address);
  }

  /** Starts it again after `stop`, on the same port and by default with the same data. */
  async start({ withEmptyDisk = false } = {}): Promise<void> {
    if (this.#child !== undefined) throw new Error('this Prometheus runs already');
    if (withEmptyDisk) {
      await rm(this.#dataFolder, { recursive: true, force: true });
      await mkdir(this.#dataFolder);
    }
    for (let tries = 1; ; tries++) {
      const hasFixedPort = this.#port !== 0;
      const port = hasFixedPort ? this.#port : (await freePorts(1))[0]!;
      this.#spawn(port);
      try {
        await this.#waitUntilReady(port);
        this.#port = port;
        return;
      } catch (error) {
        await this.stop();
        const isPortTaken = this.#output.includes('address already in use');
        if (hasFixedPort || !isPortTaken || tries === MAX_PORT_TRIES) throw error;
      }
    }
  }

  /** Ends the process and keeps the data. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await endProcess(child, 'SIGTERM');
  }

  /** Ends the process and deletes what it made, apart from a data folder of the caller's. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #configFile(): string {
    return join(this.#folder, 'prometheus.yml');
  }

  async #backfill(history: Iterable<string>): Promise<void> {
    const file = join(this.#folder, 'history.om');
    await pipeline(Readable.from(history), createWriteStream(file));
    // One large block starts faster than one for every two hours.
    const flags = ['--max-block-duration=720h', '--quiet'];
    await run(
      program('promtool'),
      ['tsdb', 'create-blocks-from', 'openmetrics', ...flags, file, this.#dataFolder],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    await rm(file);
  }

  #spawn(port: number): void {
    this.#output = '';
    const child = spawn(
      program('prometheus'),
      [
        `--config.file=${this.#configFile}`,
        `--storage.tsdb.path=${this.#dataFolder}`,
        '--storage.tsdb.retention.time=1y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
        ...this.#flags,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-10_000);
    });
    endWithThisProcess(child);
    child.once('error', (error) => {
      this.#output += error.message;
    });
    this.#child = child;
  }

  async #waitUntilReady(port: number): Promise<void> {
    const child = this.#child;
    await pollUntil(
      `Prometheus on port ${port} to be ready`,
      async () => {
        if (child?.exitCode !== null) return { hasExited: true };
        const response = await fetch(`http://127.0.0.1:${port}/-/ready`);
        await response.arrayBuffer();
        return response.ok;
      },
      { timeoutSeconds: START_TIMEOUT_SECONDS },
    );
    if (child?.exitCode !== null) throw new Error(`Prometheus ended at its start: ${this.#output}`);
  }
}

/** @throws Error that says how to install it when it is not there. */
function program(name: 'prometheus' | 'promtool'): string {
  const found = findProgram(name);
  if (found === undefined)
    throw new Error(
      `${name} is not on the PATH. Install it with "make test-setup" (Debian's package "prometheus" brings prometheus and promtool).`,
    );
  return found;
}
