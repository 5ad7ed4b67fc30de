import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithThisProcess } from '../../apps/local-stack/servers/end-process.js';
import { runCommandLine } from '../../scaler/cli/command-line.js';

const program = fileURLToPath(new URL('../../scaler/cli/main.js', import.meta.url));

/** A command that has ended, with all that it wrote. */
export interface EndedCommand {
  /** The exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that may still run. */
export interface RunningCommand {
  /** What it has written so far. */
  readonly texts: { stdout: string; stderr: string };
  readonly ended: Promise<EndedCommand>;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Reads no more of its standard output, as `head` does when it has enough. */
  stopReading(): void;
}

/**
 * Starts `predictive-scaler` with arguments, as a user does in a shell.
 * @param input all of its standard input
 */
export function startCommand(args: readonly string[], input = ''): RunningCommand {
  const child = spawn(process.execPath, [program, ...args]);
  endWithThisProcess(child);
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  // It may end before it has read all.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return {
    texts,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...texts }));
    }),
    stopReading: () => void child.stdout.destroy(),
    interrupt: () => child.kill('SIGINT'),
  };
}

/** Runs `predictive-scaler` with arguments to its end. */
export function runCommand(args: readonly string[], input = ''): Promise<EndedCommand> {
  return startCommand(args, input).ended;
}

/**
 * What `predictive-scaler` says of arguments that it refuses, and its exit code. It runs in this process: one of its own
 * takes most of a second to start. Only for what ends before it prints.
 */
export async function refusalOf(args: readonly string[]): Promise<Pick<EndedCommand, 'code' | 'stderr'>> {
  let stderr = '';
  const code = await runCommandLine(args, (text) => {
    stderr += text;
  });
  return { code, stderr };
}
