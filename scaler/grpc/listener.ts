import { createServer, type Socket } from 'node:net';
import { ScalerError } from '../errors.js';
import type { Log } from './log.js';

/** Where to listen. */
export interface ListenAddress {
  /** Name or address of an interface; undefined for all of them. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
}

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
 * @param maxConnections further connections are refused
 * @throws ScalerError of kind `unavailable` when the address cannot be bound
 */
export async function listen(
  address: ListenAddress,
  maxConnections: number,
  log: Log,
  accept: (socket: Socket) => void,
): Promise<Listener> {
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
    server.listen(address.port, address.host, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', (error) => log.error({ err: error }, 'the gRPC port could not accept a connection'));

  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    stop: () => server.close(),
    destroyConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function cannotBind({ host, port }: ListenAddress, error: NodeJS.ErrnoException): ScalerError {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another process listens there; stop it or choose another port',
    EACCES: 'the port needs privileges; choose one above 1023',
    EADDRNOTAVAIL: 'no interface of this machine has that address',
    ENOTFOUND: 'the host name does not resolve',
  };
  const what = reasons[error.code ?? ''] ?? 'it cannot be bound';
  return new ScalerError(
    'unavailable',
    `gRPC address ${host ?? 'of every interface'}, port ${port}: ${what} (${error.code})`,
    { cause: error },
  );
}
