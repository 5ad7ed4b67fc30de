import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';

/** What came back for a hand-made request. */
export interface RawAnswer {
  readonly httpStatus: number | undefined;
  readonly grpcStatus: number | undefined;
  readonly grpcMessage: string | undefined;
}

/** An HTTP/2 connection without gRPC's manners. Errors are left to the requests. */
export function rawConnection(port: number): ClientHttp2Session {
  const session = connect(`http://localhost:${port}`);
  session.on('error', () => {});
  return session;
}

/** A gRPC frame around a message's bytes. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/**
 * Sends a request and resolves when its stream has closed, whether the server answered or cut it.
 *
 * @param body bytes of the request; undefined leaves the request open
 */
export function rawRequest(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array | undefined,
  headers: OutgoingHttpHeaders = {},
): Promise<RawAnswer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let answer: RawAnswer = { httpStatus: undefined, grpcStatus: undefined, grpcMessage: undefined };
  const take = (received: Record<string, unknown>) => {
    const grpcStatus = received['grpc-status'];
    answer = {
      httpStatus: (received[constants.HTTP2_HEADER_STATUS] as number | undefined) ?? answer.httpStatus,
      grpcStatus: grpcStatus === undefined ? answer.grpcStatus : Number(grpcStatus),
      grpcMessage: (received['grpc-message'] as string | undefined) ?? answer.grpcMessage,
    };
  };
  stream.on('response', take);
  stream.on('trailers', take);
  stream.on('error', () => {});
  stream.resume();
  if (body !== undefined) stream.end(body);
  return new Promise((resolve) => stream.once('close', () => resolve(answer)));
}
