import type { Readable } from 'node:stream';

/** One line of a text, or the length of one that was too long. */
export type BoundedLine = { readonly text: string } | { readonly tooLongBytes: number };

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a stream, without their ends (`\n` or `\r\n`). At most one line is held in memory, and nothing of a line
 * that is too long. Bytes that are not UTF-8 read as U+FFFD.
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
