import type { Readable } from 'node:stream';

/** One line of a text, or what there was of it when it was too long to be kept. */
export type BoundedLine = { readonly text: string } | { readonly tooLongBytes: number };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a stream, without their ends (`\n` or `\r\n`). No more than one line is held at a time, and of a line
 * beyond the bound nothing: only its length is counted. Bytes that are not UTF-8 read as U+FFFD.
 *
 * @param mostBytes longest line that is kept
 */
export async function* boundedLines(
  input: Readable,
  mostBytes: number,
): AsyncGenerator<BoundedLine, void, void> {
  let held: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > mostBytes) held = [];
    else held.push(part);
  };
  const end = (): BoundedLine => {
    const line: BoundedLine =
      bytes > mostBytes ? { tooLongBytes: bytes } : { text: textOf(Buffer.concat(held, bytes)) };
    held = [];
    bytes = 0;
    return line;
  };
  for await (const read of input as AsyncIterable<Buffer | string>) {
    const chunk = typeof read === 'string' ? Buffer.from(read) : read;
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (bytes > 0) yield end();
}

function textOf(line: Buffer): string {
  return (line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line).toString('utf8');
}
