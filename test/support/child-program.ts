import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithThisProcess } from '../../apps/local-stack/servers/end-process.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';

/** A log line of a program: parsed JSON. */
export type LogLine = Record<string, unknown> & { msg?: string };

/** How a program ended. */
export interface Ending {
  /** The exit code, or null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program of this repository that runs in a process of its own, as it does in a container. */
export class ChildProgram {
  /** The lines of standard output that are JSON, parsed, in order. */
  readonly log: LogLine[] = [];
  /** The other lines of standard output, in order. */
  readonly output: string[] = [];
  /** All of standard error. */
  errorOutput = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;

  /**
   * @param script a compiled main file, as a URL relative to the test: `new URL('./main.js', import.meta.url)`
   * @param environment its variables; PATH is added, nothing else is inherited
   * @param args command-line arguments
   */
  constructor(
    readonly script: URL,
    environment: Record<string, string> = {},
    args: readonly string[] = [],
  ) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', fileURLToPath(script), ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithThisProcess(this.#child);
    createInterface(this.#child.stdout!).on('line', (line) => this.#keep(line));
    this.#child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      this.errorOutput += chunk;
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  #keep(line: string): void {
    try {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null) {
        this.log.push(parsed as LogLine);
        return;
      }
    } catch {
      // Not a log line: a program may print plain text for people as well.
    }
    this.output.push(line);
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits for a log line whose `msg` is `message` and that has the given fields, and returns the first such line. */
  async logged(message: string, fields: object = {}, timeoutSeconds = 60): Promise<LogLine> {
    const wanted = Object.entries(fields);
    return pollUntil(
      `"${message}" ${JSON.stringify(fields)} in the log of ${this.script}`,
      () => {
        const found = this.log.find(
          (line) => line.msg === message && wanted.every(([key, value]) => line[key] === value),
        );
        if (found === undefined && this.#child.exitCode !== null)
          throw new Error(`it ended with code ${this.#child.exitCode}: ${this.errorOutput}`);
        return found;
      },
      { timeoutSeconds },
    );
  }

  /** The address of the listener that was announced for `purpose`, such as `http`; waits until it is. */
  async url(purpose: string): Promise<string> {
    return String((await this.logged('listening', { purpose })).url);
  }

  /** Sends a signal and returns at once. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended and all of its output has been read. */
  ended(): Promise<Ending> {
    return this.#ended;
  }

  /** Sends SIGTERM, unless it has ended already, and waits for the end; kills it when it does not end in time. */
  async stop(timeoutSeconds = 60): Promise<Ending> {
    this.#child.kill('SIGTERM');
    const lastResort = setTimeout(() => {
      this.#child.kill('SIGKILL');
      // Processes that it has started may hold its output open.
      this.#child.stdout!.destroy();
      this.#child.stderr!.destroy();
    }, timeoutSeconds * 1000);
    const ending = await this.#ended;
    clearTimeout(lastResort);
    return ending;
  }
}
