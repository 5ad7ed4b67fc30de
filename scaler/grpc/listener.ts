import { createServer, isIPv6, type Socket } from 'node:net';
import { ScalerError } from '../errors.js';
import type { Log } from './log.js';

/** A bound port. */
export interface Listener {
  readonly port: number;
  /** Accepts no further connections; open ones live on. */
  stop(): void;
  /** Cuts every connection that is still open. */
  destroyConnections(): void;
}

/**
 * Binds an address and hands each connection over. grpc-js can bind by itself, but neither bounds the number of
 * connections nor tells which error kept it from binding.
 *
 * @param address `host:port`, `[v6]:port` or `:port` for every interface; port 0 takes a free one
 * @param maxConnections further connections are refused
 * @throws ScalerError of kind `invalid` for a malformed address, `unavailable` when it cannot be bound
 */
export async function listen(
  address: string,
  maxConnections: number,
  log: Log,
  accept: (socket: Socket) => void,
): Promise<Listener> {
  const { host, port } = parseAddress(address);
  const sockets = new Set<Socket>();
  let refusing = false;
  const server = createServer({ noDelay: true }, (socket) => {
    if (refusing) {
      refusing = false;
      log.info({ connections: sockets.size }, 'gRPC connections are accepted again');
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(socket);
  });
  server.maxConnections = maxConnections;
  server.on('drop', () => {
    if (!refusing) log.warn({ maxConnections }, 'too many gRPC connections; further ones are refused');
    refusing = true;
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotBind(address, error)));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', (error) => log.error({ err: error }, 'the gRPC port could not accept a connection'));

  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    stop: () => server.close(),
    destroyConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function parseAddress(address: string): { host: string | undefined; port: number } {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/.exec(address);
  const port = Number(match?.groups?.port);
  const v6 = match?.groups?.v6;
  if (!match || port > 65_535 || (v6 !== undefined && !isIPv6(v6))) {
    throw new ScalerError(
      'invalid',
      `gRPC address: received ${JSON.stringify(address)}, expected host:port, [v6 address]:port or :port`,
    );
  }
  return { host: v6 ?? (match.groups?.host || undefined), port };
}

function cannotBind(address: string, error: NodeJS.ErrnoException): ScalerError {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another process listens there; stop it or choose another port',
    EACCES: 'the port needs privileges; choose one above 1023',
    EADDRNOTAVAIL: 'no interface of this machine has that address',
    ENOTFOUND: 'the host name does not resolve',
  };
  const what = reasons[error.code ?? ''] ?? 'it cannot be bound';
  return new ScalerError('unavailable', `gRPC address ${address}: ${what} (${error.code})`, { cause: error });
}
