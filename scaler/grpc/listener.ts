import { createServer, type Socket } from 'node:net';
import { ScalerError } from '../shared/errors.js';
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
 * At the bound the connection that has sent least is closed for the new one. Were the new one refused, whoever opens
 * many and sends nothing would keep KEDA out when it has to connect anew; a connection that has made calls has sent more
 * than those.
 *
 * @param maxConnections connections at once
 * @throws ScalerError of kind `unavailable` when the address cannot be bound
 */
export async function listen(
  address: ListenAddress,
  maxConnections: number,
  log: Log,
  accept: (socket: Socket) => void,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  let isCrowded = false;
  const server = createServer({ noDelay: true }, (socket) => {
    if (sockets.size >= maxConnections) {
      if (!isCrowded)
        log.warn(
          { maxConnections },
          'too many gRPC connections; for each new one that which has sent least is closed',
        );
      isCrowded = true;
      const least = leastSent(sockets);
      sockets.delete(least);
      least.destroy();
    } else if (isCrowded) {
      isCrowded = false;
      log.info({ connections: sockets.size }, 'gRPC connections are within their bound again');
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(socket);
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

/** Of those that have sent as little as each other, the oldest. */
function leastSent(sockets: ReadonlySet<Socket>): Socket {
  let least: Socket | undefined;
  for (const socket of sockets) if (least === undefined || socket.bytesRead < least.bytesRead) least = socket;
  return least!;
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
