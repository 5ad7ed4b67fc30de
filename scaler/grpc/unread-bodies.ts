import { constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** How long such a request may still go on. Closed at once it would take the connection's flow-control window along. */
const graceMilliseconds = 1000;

/**
 * Lets go of requests that grpc-js answers without reading them: those to a method that does not exist, and those that
 * are no gRPC. Their bodies would stay in memory for as long as the connection lives, and when 10 MB have come together
 * Node refuses every further call on it, those of others behind the same proxy as well.
 *
 * @param server one that has its connection injector already; grpc-js offers no way to its HTTP/2 server, hence the look
 *   at a field of it
 */
export function dropUnreadBodies(server: Server): void {
  const { http2Servers } = server as unknown as { http2Servers?: ReadonlyMap<Http2Server, unknown> };
  // Comes after the listener of grpc-js, which has then answered or begun to read.
  for (const http2Server of http2Servers?.keys() ?? [])
    http2Server.on('stream', (stream: ServerHttp2Stream) => {
      if (!stream.headersSent || stream.readableFlowing !== null) return;
      stream.resume();
      const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), graceMilliseconds).unref();
      stream.once('close', () => clearTimeout(timer));
    });
}
