import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { bodyLimitFailure, formatFailure } from './request-failure.js';

/**
 * Reads a body as text, decompressing it. Stops as soon as more than `maxBytes` have come out, so that neither an
 * endless body nor a small one that unpacks into gigabytes fills the memory.
 *
 * @param encoding the Content-Encoding header.
 * @throws RequestFailure when the body is too large, in an unknown encoding or not what the encoding says; the
 *   stream's own error when the connection breaks.
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<{ text: string; bytes: number }> {
  // The reader below sees every error; one that undici raises for a body given up must not end the process.
  body.on('error', () => {});
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decompressed(body, encoding) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw bodyLimitFailure(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_')) throw formatFailure(`a body that is not ${encoding}`, error);
    throw error;
  } finally {
    body.destroy();
  }
  return { text: Buffer.concat(chunks, bytes).toString('utf8'), bytes };
}

function decompressed(body: Readable, encoding = 'identity'): Readable {
  // An error of the body reaches the reader through the decompressor, which pipeline destroys with it.
  switch (encoding.toLowerCase()) {
    case 'identity':
      return body;
    case 'gzip':
      return pipeline(body, createGunzip(), () => {});
    case 'deflate':
      return pipeline(body, createInflate(), () => {});
    default:
      throw formatFailure(
        `content encoding ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for`,
      );
  }
}
