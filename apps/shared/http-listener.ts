import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from './configuration-error.js';
import type { Logger } from './log.js';

/** A listening HTTP server. */
export interface HttpListener {
  /** The port in use; the one that the system chose when 0 was asked for. */
  readonly port: number;
  /** An address under which this machine reaches the server, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /**
   * Stops accepting connections, lets the requests under way finish, and resolves when the last one has. Connections
   * still open after `graceSeconds` are cut. Calling it again waits for the same end.
   */
  close(graceSeconds: number): Promise<void>;
}

/**
 * Starts an HTTP server.
 * @param handler an Express app or any request listener
 * @param options.host the address to bind, such as `0.0.0.0`
 * @param options.port 0 takes a free port
 * @param options.announce where to log `listening` with `purpose` (such as `http` or `metrics`), `port` and `url`
 * @throws ConfigurationError when the port is taken, not allowed, or the address is not this machine's
 */
export async function listenHttp(
  handler: RequestListener,
  options: { host: string; port: number; announce?: { log: Logger; purpose: string } },
): Promise<HttpListener> {
  const { host, port, announce } = options;
  const server = createServer(handler);
  const responses = new Set<ServerResponse>();
  server.on('request', (_request, response) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const url = `http://${reachableHost(host)}:${address.port}`;
  announce?.log.info({ purpose: announce.purpose, port: address.port, url }, 'listening');

  async function closeNow(graceSeconds: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A kept-alive connection would stay open until it idles out: the response under way is its last one.
    for (const response of responses) response.shouldKeepAlive = false;
    const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
    await closed;
    clearTimeout(cut);
  }

  let closing: Promise<void> | undefined;
  return {
    port: address.port,
    url,
    close(graceSeconds) {
      closing ??= closeNow(graceSeconds);
      return closing;
    },
  };
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const cause = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `cannot listen on ${host}:${port}: another program holds the port.`,
        cause,
      );
    case 'EACCES':
      return new ConfigurationError(
        `cannot listen on ${host}:${port}: this user may not open the port. Choose one above 1023.`,
        cause,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigurationError(
        `cannot listen on ${host}:${port}: this machine does not have the address. Use 0.0.0.0 for all of its addresses.`,
        cause,
      );
    default:
      return error;
  }
}
