import type { Readable } from 'node:stream';
import { bodyLimitFailure, formatFailure } from './request-failure.js';

/**
 * Reads a body as text. Stops as soon as more than `maxBytes` have come, so that an endless body does not fill the
 * memory.
 *
 * Compressed bodies are not asked for and not unpacked: answers are small (two samples per step), unpacking cost more
 * time than everything else about a request, and a few bytes could unpack into gigabytes.
 *
 * @param encoding the Content-Encoding header.
 * @throws RequestFailure when the body is too large or compressed; the stream's own error when the connection breaks.
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<{ text: string; bytes: number }> {
  // The reader below sees every error; one that undici raises for a body given up must not end the process.
  body.on('error', () => {});
  try {
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
      throw formatFailure(
        `content encoding ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for`,
      );
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw bodyLimitFailure(maxBytes);
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks, bytes).toString('utf8'), bytes };
  } finally {
    body.destroy();
  }
}
