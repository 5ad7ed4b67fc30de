import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A small HTTP server of a test, for what a real server does too rarely: hang, break off, answer nonsense. */
export interface TestHttpServer {
  /** `http://127.0.0.1:port`, or `https://localhost:port` with TLS. */
  readonly address: string;
  readonly port: number;
  /** The Node.js server, to change it while it runs. */
  readonly server: Server;
  /** Ends it with every connection, answered or not. */
  close(): Promise<void>;
}

/** Starts a server on a free loopback port. */
export async function startHttpServer(
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<TestHttpServer> {
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
