import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** A JSON text ready to send. */
export interface JsonBody {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
}

const compress = promisify(gzip);

/** Prepares a JSON text for sending; it is compressed off the event loop. */
export async function jsonBody(text: string): Promise<JsonBody> {
  const plain = Buffer.from(text);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, gzipped: await compress(plain), etag };
}

/** Sends a JSON text in the form that the caller takes, or says that it has not changed. */
export function sendJson(request: Request, response: Response, { plain, gzipped, etag }: JsonBody): void {
  response.set({ ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' });
  if (request.get('If-None-Match') === etag) {
    response.status(304).end();
    return;
  }
  response.type('json');
  if (request.acceptsEncodings('gzip', 'identity') === 'gzip')
    response.set('Content-Encoding', 'gzip').send(gzipped);
  else response.send(plain);
}
