/** What a client sends first on an HTTP/2 connection: preface, empty SETTINGS and the acknowledgement of the server's. */
export const greeting = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  http2Frame(4, 0, 0),
  http2Frame(4, 1, 0),
]);

/**
 * One HTTP/2 frame.
 *
 * @param type number of RFC 9113: 0 DATA, 1 HEADERS, 2 PRIORITY, 3 RST_STREAM, 4 SETTINGS, 6 PING, 8 WINDOW_UPDATE,
 *   9 CONTINUATION
 */
export function http2Frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** A header field as a literal that is not indexed (RFC 7541, 6.2.2). Name and value of fewer than 127 bytes. */
export function headerField(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

/** The header block of a gRPC call. */
export function callHeaders(path: string): Buffer {
  return Buffer.concat([
    // :method POST and :scheme http from the static table.
    Buffer.from([0x83, 0x86]),
    headerField(':path', path),
    headerField(':authority', 'scaler'),
    headerField('content-type', 'application/grpc'),
    headerField('te', 'trailers'),
  ]);
}
