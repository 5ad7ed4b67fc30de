import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { endProcess } from './end-process.js';
import { freePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

const startTimeoutSeconds = 60;

/** One series of an instant query's answer. */
export interface InstantSample {
  metric: Record<string, string>;
  value: number;
}

/** A target as Prometheus sees it. */
export interface ScrapeTarget {
  job: string;
  url: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
  lastError: string;
}

/** What {@link PrometheusServer.start} may be told. */
export interface PrometheusOptions {
  /** The configuration file as an object, in Prometheus' own terms; nothing is scraped unless given. */
  config?: object;
  /** Folder of the database, kept after the end; a folder of its own, removed at the end, unless given. */
  dataFolder?: string;
  /** A free port unless given. */
  port?: number;
}

/** A real Prometheus server on loopback. */
export class PrometheusServer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(
    folder: string,
    dataFolder: string,
    readonly port: number,
  ) {
    this.#folder = folder;
    this.#child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${dataFolder}`,
        '--storage.tsdb.retention.time=60d',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-lifecycle',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child.on('error', (error) => {
      this.#log += String(error);
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.#log = (this.#log + chunk).slice(-10_000);
    });
  }

  /**
   * Starts Prometheus and waits until it answers queries.
   * @throws Error with the end of Prometheus' log when it does not start
   */
  static async start(options: PrometheusOptions = {}): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    await writeFile(join(folder, 'prometheus.yml'), stringify(options.config ?? {}));
    const dataFolder = options.dataFolder ?? join(folder, 'data');
    await mkdir(dataFolder, { recursive: true });
    const port = options.port ?? (await freePorts(1))[0]!;
    const server = new PrometheusServer(folder, dataFolder, port);
    try {
      await waitFor(`Prometheus on port ${port}`, startTimeoutSeconds, async () => {
        if (server.#child.exitCode !== null) return 'ended';
        return (await fetch(`${server.url}/-/ready`)).ok && 'ready';
      });
      if (server.#child.exitCode !== null) throw new Error(`it ended with code ${server.#child.exitCode}`);
    } catch (error) {
      await server.close();
      throw new Error(`Prometheus did not start; the end of its log:\n${server.#log}`, { cause: error });
    }
    return server;
  }

  /** The address for queries, such as `http://127.0.0.1:9090`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** An instant query at `atSeconds` (now unless given). */
  async query(promql: string, atSeconds?: number): Promise<InstantSample[]> {
    const parameters = new URLSearchParams({ query: promql });
    if (atSeconds !== undefined) parameters.set('time', String(atSeconds));
    const { result } = (await this.#get(`/api/v1/query?${parameters}`)) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** The active targets. */
  async targets(): Promise<ScrapeTarget[]> {
    const { activeTargets } = (await this.#get('/api/v1/targets?state=active')) as {
      activeTargets: { labels: { job: string }; scrapeUrl: string; health: string; lastError: string }[];
    };
    return activeTargets.map(({ labels, scrapeUrl, health, lastError }) => ({
      job: labels.job,
      url: scrapeUrl,
      health,
      lastError,
    }));
  }

  /** Stops the server and removes what it made, apart from a data folder that was given. */
  async close(): Promise<void> {
    await endProcess(this.#child, 'SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(this.url + path);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`Prometheus refused ${path}: ${answer.error}`);
    return answer.data;
  }
}
