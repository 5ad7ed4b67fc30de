import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { endProcess } from './servers/end-process.js';
import { pollUntil } from './servers/poll-until.js';

const START_TIMEOUT_SECONDS = 180;

/** What {@link LocalProgram.start} needs to know. */
export interface LocalProgramOptions {
  /** The name for messages, such as `app-a`. */
  name: string;
  /** The compiled program, as an absolute path. */
  script: string;
  args?: readonly string[];
  /** Its variables; PATH is added, nothing else is inherited. */
  environment: Record<string, string>;
  /** Answers 200 once the program can work; without it the program counts as started at once. */
  readyUrl?: string;
  /** Where its output goes. */
  logFile: string;
}

/** A program of this repository in a process of its own, its output in a file. */
export class LocalProgram {
  readonly name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  /**
   * Starts a program and waits until it is ready.
   * @throws Error with the end of its log when it ends, or is not ready in time
   */
  static async start(options: LocalProgramOptions): Promise<LocalProgram> {
    const { name, script, args = [], environment, readyUrl, logFile } = options;
    await mkdir(dirname(logFile), { recursive: true });
    const log = await open(logFile, 'w');
    const child = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: process.env.PATH, ...environment },
    });
    await log.close();
    const program = new LocalProgram(name, child);
    if (readyUrl === undefined) return program;
    try {
      await pollUntil(
        `${name} to be ready at ${readyUrl}`,
        async () => {
          if (child.exitCode !== null) return 'ended';
          return (await fetch(readyUrl)).ok && 'ready';
        },
        { timeoutSeconds: START_TIMEOUT_SECONDS },
      );
      if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}`);
    } catch (error) {
      await program.stop();
      const text = await readFile(logFile, 'utf8');
      throw new Error(`${name} did not start; the end of ${logFile}:\n${text.slice(-1500)}`, {
        cause: error,
      });
    }
    return program;
  }

  /** Sends SIGTERM and waits for the end. @returns the exit code, or null when a signal ended it */
  async stop(): Promise<number | null> {
    await endProcess(this.#child, 'SIGTERM');
    return this.#child.exitCode;
  }
}
