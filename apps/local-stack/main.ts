/**
 * `make apps`. A terminal's Ctrl-C goes to every process of its group at once, databases and brokers included; the stack
 * runs in a group of its own, so that it is stopped in order.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const stack = spawn(
  process.execPath,
  ['--enable-source-maps', fileURLToPath(new URL('./stack-process.js', import.meta.url))],
  {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stack.kill('SIGTERM'));
const [code] = (await once(stack, 'exit')) as [number | null];
process.exitCode = code ?? 1;
