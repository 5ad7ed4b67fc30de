import { readFile, stat } from 'node:fs/promises';

/**
 * A small file that may change while the program runs, such as a mounted Secret. Looked at on each use instead of
 * being watched: mounted Secrets change by swapping symbolic links, which file watchers miss.
 */
export class WatchedFile {
  #version = '';
  #text: string | undefined;

  constructor(readonly path: string) {}

  /**
   * The file's content, read again only when its identity, size or time of change differs.
   * @throws Error that says in a few words why there is none: `cannot be read (ENOENT)`, or `is empty`, as a file is
   *   for a moment that is written in place.
   */
  async read(): Promise<string> {
    const { ino, size, mtimeNs } = await stat(this.path, { bigint: true }).catch(refuse);
    const version = `${ino}/${size}/${mtimeNs}`;
    if (this.#text === undefined || version !== this.#version) {
      const text = await readFile(this.path, 'utf8').catch(refuse);
      if (text.trim() === '') throw new Error('is empty');
      this.#text = text;
      this.#version = version;
    }
    return this.#text;
  }

  /** What was read last; undefined when nothing ever was. */
  get lastText(): string | undefined {
    return this.#text;
  }
}

function refuse(error: NodeJS.ErrnoException): never {
  throw new Error(`cannot be read (${error.code ?? error.message})`, { cause: error });
}
