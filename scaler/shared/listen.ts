import { once } from 'node:events';
import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { ScalerError } from './errors.js';

/** Where to listen. */
export interface ListenAddress {
  /** Name or address of an interface; undefined for all of them. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; stop it or choose another port',
  EACCES: 'the port needs privileges; choose one above 1023',
  EADDRNOTAVAIL: 'no interface of this machine has that address',
  ENOTFOUND: 'the host name does not resolve',
};

/**
 * Binds a server to an address.
 *
 * @param protocol for the error message
 * @returns the port in use
 * @throws ScalerError `unavailable` when the address cannot be bound
 */
export async function listen(
  server: Server,
  { host, port }: ListenAddress,
  protocol: 'gRPC' | 'HTTP',
): Promise<number> {
  // Rejects on the event 'error'.
  await once(server.listen(port, host), 'listening').catch((error: NodeJS.ErrnoException) => {
    const place = `${protocol} address ${host ?? 'of every interface'}, port ${port}`;
    const reason = reasons[error.code ?? ''] ?? 'it cannot be bound';
    throw new ScalerError('unavailable', `${place}: ${reason} (${error.code})`, { cause: error });
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Prepares the end of an HTTP server that has served nothing yet.
 *
 * @returns closes it: nothing new is accepted, and requests that run longer than `graceSeconds` are cut. May be called
 *   at any time and more than once.
 */
export function gracefulClose(server: HttpServer): (graceSeconds: number) => Promise<void> {
  const responses = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
  let closed: Promise<void> | undefined;
  return (graceSeconds) => {
    closed ??= new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      // Otherwise a kept-alive connection would stay open until it has been idle for long enough.
      for (const response of responses) response.shouldKeepAlive = false;
    });
    return closed;
  };
}
