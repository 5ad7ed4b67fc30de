import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Loaded with --import into a server that is measured: each connection to the socket gets the delay since the last one.
const SOCKET_VARIABLE = 'LOOP_DELAY_SOCKET';
const RESOLUTION_MILLISECONDS = 10;
const socket = process.env[SOCKET_VARIABLE];
if (socket !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  delay.enable();
  const server = createServer((connection) => {
    // What is recorded includes the time between two looks.
    connection.end(String(delay.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS));
    delay.reset();
  });
  server.listen(socket).unref();
}

/** The environment with which a Node.js program measures its own event loop. */
export function withLoopDelay(socketPath: string, nodeOptions = ''): Record<string, string> {
  const program = pathToFileURL(import.meta.filename).href;
  return { [SOCKET_VARIABLE]: socketPath, NODE_OPTIONS: `${nodeOptions} --import=${program}`.trim() };
}

/** The 99th percentile of a program's event-loop delay since it was last asked, in milliseconds. */
export async function loopDelaySince(socketPath: string): Promise<number> {
  const connection = connect(socketPath);
  await once(connection, 'connect');
  return Number(await text(connection));
}
