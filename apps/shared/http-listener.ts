import { createServer, type RequestListener } from 'node:http';
import type { ScalerError } from '../../scaler/shared/errors.js';
import { gracefulClose, listen } from '../../scaler/shared/listen.js';
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
 * @throws ConfigurationError when the address cannot be bound
 */
export async function listenHttp(
  handler: RequestListener,
  options: { host: string; port: number; announce?: { log: Logger; purpose: string } },
): Promise<HttpListener> {
  const { host, port, announce } = options;
  const server = createServer(handler);
  const close = gracefulClose(server);
  const bound = await listen(server, { host, port }, 'HTTP').catch((error: ScalerError) => {
    throw new ConfigurationError(error.message, { cause: error });
  });
  const url = `http://${reachableHost(host)}:${bound}`;
  announce?.log.info({ purpose: announce.purpose, port: bound, url }, 'listening');
  return { port: bound, url, close };
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
