/**
 * Servers that all test files of a run share, also when mocha runs files in several processes. `.mocharc.json` loads
 * this file: mocha's main process starts a server when the first test asks for it, and ends all of them after the last.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server that runs in the main process gives. */
interface Running {
  /** What another process needs to use it. */
  readonly handle: unknown;
  close(): Promise<void>;
}

/** How each server starts. Loaded late: most runs of a single file need none. */
const starters = {
  async mariadb(): Promise<Running> {
    const { MariadbServer } = await import('../../apps/local-stack/servers/mariadb-server.js');
    const server = await MariadbServer.start();
    return { handle: server.port, close: () => server.close() };
  },
  async rabbitmq(): Promise<Running> {
    const { RabbitmqServer } = await import('../../apps/local-stack/servers/rabbitmq-server.js');
    const server = await RabbitmqServer.start();
    return { handle: server.ports, close: () => server.close() };
  },
};

type SharedServer = keyof typeof starters;

/** Where the main process tells its children; they inherit the variable. */
const VARIABLE = 'TEST_SHARED_SERVERS';
const running = new Map<SharedServer, Promise<Running>>();
let listener: Server | undefined;

/** Runs in mocha's main process before the first test. */
export async function mochaGlobalSetup(): Promise<void> {
  const { createServer } = await import('node:http');
  listener = createServer((request, response) => {
    const name = request.url!.slice(1) as SharedServer;
    if (!running.has(name)) running.set(name, starters[name]());
    running.get(name)!.then(
      ({ handle }) => response.end(JSON.stringify(handle)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => listener!.listen(0, '127.0.0.1', resolve));
  // Servers end when this process exits, which a signal alone does not let it do in order.
  process.once('SIGTERM', () => process.exit(143));
  process.env[VARIABLE] = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

/** Runs in mocha's main process after the last test. */
export async function mochaGlobalTeardown(): Promise<void> {
  listener?.close();
  listener?.closeAllConnections();
  for (const server of await Promise.allSettled(running.values()))
    if (server.status === 'fulfilled') await server.value.close();
}

/**
 * What a process needs to use a shared server, which starts if it does not run yet.
 * @throws Error that says why it did not start
 */
export async function sharedServer(name: SharedServer): Promise<unknown> {
  const response = await fetch(`${process.env[VARIABLE]}/${name}`);
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return JSON.parse(body);
}
