import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { endProcess, endWithThisProcess } from '../../scaler/test-support/end-process.js';
import { freePorts } from '../../scaler/test-support/free-ports.js';
import { pollUntil } from '../../scaler/test-support/poll-until.js';
import { PrometheusClient } from './prometheus-client.js';

const startTimeoutSeconds = 60;

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
export class PrometheusServer extends PrometheusClient {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(
    folder: string,
    dataFolder: string,
    readonly port: number,
  ) {
    super(`http://127.0.0.1:${port}`);
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
    endWithThisProcess(this.#child);
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
      await pollUntil(
        `Prometheus on port ${port}`,
        async () => {
          if (server.#child.exitCode !== null) return 'ended';
          return (await fetch(`${server.url}/-/ready`)).ok && 'ready';
        },
        { timeoutSeconds: startTimeoutSeconds },
      );
      if (server.#child.exitCode !== null) throw new Error(`it ended with code ${server.#child.exitCode}`);
    } catch (error) {
      await server.close();
      throw new Error(`Prometheus did not start; the end of its log:\n${server.#log}`, { cause: error });
    }
    return server;
  }

  /** Stops the server and removes what it made, apart from a data folder that was given. */
  async close(): Promise<void> {
    await endProcess(this.#child, 'SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
