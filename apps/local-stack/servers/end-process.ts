import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PATIENCE_SECONDS = 30;

/** Sends a signal to a child that still runs and waits for its end; kills it when it does not end in 30 s. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const lastResort = setTimeout(() => child.kill('SIGKILL'), PATIENCE_SECONDS * 1000);
  await exited;
  clearTimeout(lastResort);
}

/** Children that end with this process. One listener serves them all. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/**
 * Ends a child together with this process, however it ends short of SIGKILL: a test run that breaks off in the middle
 * must not leave servers behind.
 */
export function endWithThisProcess(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}
