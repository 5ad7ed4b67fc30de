import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { endProcess, endWithThisProcess } from './end-process.js';
import { freePorts } from './free-ports.js';
import { pollUntil } from './poll-until.js';

const run = promisify(execFile);

/** What the server starts with. */
export interface PrometheusOptions {
  /** OpenMetrics text, ended by "# EOF", to fill the history with. Without it the server starts empty. */
  readonly history?: Iterable<string>;
  /** Targets to scrape, as `host:port`; none when undefined. */
  readonly scrape?: { readonly targets: readonly string[]; readonly intervalSeconds: number };
  /** Further command-line flags. */
  readonly flags?: readonly string[];
}

/** Tries with another port when somebody else takes the free one first. */
const maxPortTries = 5;

/** A real Prometheus server on a free loopback port, with its data in a folder of its own. */
export class PrometheusServer {
  readonly #folder: string;
  readonly #flags: readonly string[];
  #port = 0;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, flags: readonly string[]) {
    this.#folder = folder;
    this.#flags = flags;
  }

  /**
   * Starts a server and waits until it answers. Close it when done.
   * @throws Error that says how to install Prometheus when it is missing: tests must not pass for want of it.
   */
  static async start(options: PrometheusOptions = {}): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'scaler-prometheus-'));
    const server = new PrometheusServer(folder, options.flags ?? []);
    try {
      await mkdir(server.#dataFolder);
      await writeFile(server.#configFile, configuration(options.scrape));
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

  /** Starts it again after `stop`, on the same port and, unless told otherwise, with the same data. */
  async start({ withEmptyDisk = false } = {}): Promise<void> {
    if (this.#child !== undefined) throw new Error('this Prometheus runs already');
    if (withEmptyDisk) {
      await rm(this.#dataFolder, { recursive: true, force: true });
      await mkdir(this.#dataFolder);
    }
    for (let tries = 1; ; tries++) {
      const isRestart = this.#port !== 0;
      const port = isRestart ? this.#port : (await freePorts(1))[0]!;
      this.#spawn(port);
      try {
        await this.#waitUntilReady(port);
        this.#port = port;
        return;
      } catch (error) {
        await this.stop();
        const isPortTaken = this.#output.includes('address already in use');
        if (isRestart || !isPortTaken || tries === maxPortTries) throw error;
      }
    }
  }

  /** Ends the process and keeps the data. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await endProcess(child, 'SIGTERM');
  }

  /** Ends the process and deletes the data. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #dataFolder(): string {
    return join(this.#folder, 'data');
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
      { timeoutSeconds: 30 },
    );
    if (child?.exitCode !== null) throw new Error(`Prometheus ended at its start: ${this.#output}`);
  }
}

function configuration(scrape: PrometheusOptions['scrape']): string {
  if (scrape === undefined) return 'global: {}\n';
  const { targets, intervalSeconds } = scrape;
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: `${intervalSeconds}s`, scrape_timeout: `${intervalSeconds}s` },
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
  });
}

/** Where a program lies: on the PATH, or where Debian's package puts it. */
function program(name: 'prometheus' | 'promtool'): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined)
    throw new Error(
      `${name} is not on the PATH. Install it with "make test-setup" (Debian's package "prometheus" brings prometheus and promtool).`,
    );
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
