import type { Server, Socket } from 'node:net';
import { OncePerChange } from '../shared/once-per-change.js';
import type { Log } from './log.js';

/**
 * Limits the connections of a server. At the limit the connection that has sent least is closed for a new one: if new
 * ones were refused, a client with many idle connections would keep KEDA out.
 *
 * @returns cuts every connection that is still open
 */
export function limitConnections(server: Server, maxConnections: number, log: Log): () => void {
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
      // The oldest one where several have sent as little.
      const least = [...sockets].reduce((one, other) => (other.bytesRead < one.bytesRead ? other : one));
      sockets.delete(least);
      least.destroy();
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  server.on('error', (error) => log.error({ err: error }, 'the gRPC port could not accept a connection'));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
