import type { Server, Socket } from 'node:net';
import { type ListenAddress, listen } from '../shared/listen.js';
import { OncePerChange } from '../shared/once-per-change.js';
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
 * Binds a server to an address and limits its connections. grpc-js can bind by itself, but neither limits connections
 * nor says why it could not bind.
 *
 * At the limit the connection that has sent least is closed for the new one. If new ones were refused, a client that
 * opens many and sends nothing would keep KEDA out; a connection that has made calls has sent more than those.
 *
 * @param maxConnections connections at once
 * @throws ScalerError of kind `unavailable` when the address cannot be bound
 */
export async function acceptConnections(
  server: Server,
  address: ListenAddress,
  maxConnections: number,
  log: Log,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const crowding = new OncePerChange();
  server.on('connection', (socket) => {
    const isFull = sockets.size >= maxConnections;
    if (crowding.changed(isFull ? 'full' : undefined)) {
      if (isFull)
        log.warn(
          { maxConnections },
          'too many gRPC connections; for each new one the one that has sent least is closed',
        );
      else log.info({ connections: sockets.size }, 'gRPC connections are within their limit again');
    }
    if (isFull) {
      const least = leastSent(sockets);
      sockets.delete(least);
      least.destroy();
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const port = await listen(server, address, 'gRPC');
  server.on('error', (error) => log.error({ err: error }, 'the gRPC port could not accept a connection'));
  return {
    port,
    stop: () => server.close(),
    destroyConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The oldest one where several have sent as little. */
function leastSent(sockets: ReadonlySet<Socket>): Socket {
  let least: Socket | undefined;
  for (const socket of sockets) if (least === undefined || socket.bytesRead < least.bytesRead) least = socket;
  return least!;
}
