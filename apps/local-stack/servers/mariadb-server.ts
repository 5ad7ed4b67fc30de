import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { endProcess, endWithThisProcess } from './end-process.js';
import { freePorts } from './free-ports.js';
import { pollUntil } from './poll-until.js';

const START_TIMEOUT_SECONDS = 180;

/** Both programs are in /usr/sbin or /usr/bin on Debian; a user's PATH often leaves the first out. */
const path = `${process.env.PATH}:/usr/sbin`;

/**
 * A real MariaDB server in a folder of its own, on a free loopback port, with the database user `root` and no
 * password. It is as durable as a production server: each commit is on disk before it is answered.
 */
export class MariadbServer {
  readonly #folder: string;
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /**
   * Installs the system tables into a fresh folder, starts the server and waits until it takes connections.
   * @param options.port a fixed port; a free one unless given
   */
  static async start(options: { port?: number } = {}): Promise<MariadbServer> {
    const folder = await mkdtemp(join(tmpdir(), 'mariadb-'));
    const server = new MariadbServer(folder, options.port ?? (await freePorts(1))[0]!);
    const settings = ['--auth-root-authentication-method=normal', '--skip-test-db'];
    try {
      await promisify(execFile)(
        'mariadb-install-db',
        [...server.#options(), ...settings],
        server.#spawning(),
      );
    } catch (error) {
      await server.close();
      throw error;
    }
    await server.resume();
    return server;
  }

  /** A server that another process started and ends. */
  static at(port: number): MariadbServer {
    return new MariadbServer('', port);
  }

  get port(): number {
    return this.#port;
  }

  /** The address of a database; without a name that of the server itself. */
  url(database = ''): string {
    return `mysql://root@127.0.0.1:${this.#port}/${database}`;
  }

  /** Creates an empty database with a name of its own, so that tests share a server and not its tables. */
  async createDatabase(): Promise<string> {
    const database = `test_${randomUUID().replaceAll('-', '')}`;
    const connection = await mysql.createConnection(this.url());
    await connection.query(`CREATE DATABASE ${database}`);
    await connection.end();
    return database;
  }

  /** Stops the server as an operator does (SIGTERM) and keeps its data; {@link resume} starts it again. */
  async pause(): Promise<void> {
    if (this.#server) await endProcess(this.#server, 'SIGTERM');
    this.#server = undefined;
  }

  /** Starts the server on the same port with the data it has. */
  async resume(): Promise<void> {
    const log = join(this.#folder, 'mariadb.log');
    const server = spawn(
      'mariadbd',
      [
        ...this.#options(),
        `--socket=${join(this.#folder, 'socket')}`,
        `--port=${this.#port}`,
        '--bind-address=127.0.0.1',
        `--log-error=${log}`,
        '--innodb-buffer-pool-size=64M',
      ],
      { stdio: 'ignore', ...this.#spawning() },
    );
    this.#server = server;
    endWithThisProcess(server);
    try {
      await pollUntil(
        `MariaDB on port ${this.#port}`,
        async () => {
          if (server.exitCode !== null) return 'ended';
          const connection = await mysql.createConnection(this.url());
          await connection.end();
          return 'ready';
        },
        { timeoutSeconds: START_TIMEOUT_SECONDS },
      );
      if (server.exitCode !== null) throw new Error(`MariaDB ended with code ${server.exitCode}`);
    } catch (error) {
      const text = await readFile(log, 'utf8').catch(() => 'no log');
      await this.close();
      throw new Error(`MariaDB did not start; the end of its log:\n${text.slice(-2000)}`, { cause: error });
    }
  }

  /** Ends the server at once and removes the folder. */
  async close(): Promise<void> {
    if (this.#server) await endProcess(this.#server, 'SIGKILL');
    this.#server = undefined;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the server and its installation have in common. It refuses to run as root unless the user is named. */
  #options(): string[] {
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    return ['--no-defaults', `--datadir=${join(this.#folder, 'data')}`, ...user];
  }

  /** A server removes the temporary tables that it finds as it starts, those of its neighbors too: each has a folder. */
  #spawning() {
    return { env: { PATH: path, TMPDIR: this.#folder } };
  }
}
