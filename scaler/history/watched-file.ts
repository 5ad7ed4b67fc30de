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
   * @throws the file system's error when it cannot be read.
   */
  async read(): Promise<string> {
    const { ino, size, mtimeNs } = await stat(this.path, { bigint: true });
    const version = `${ino}/${size}/${mtimeNs}`;
    if (this.#text === undefined || version !== this.#version) {
      this.#text = await readFile(this.path, 'utf8');
      this.#version = version;
    }
    return this.#text;
  }

  /** What was read last; undefined when nothing ever was. */
  get lastText(): string | undefined {
    return this.#text;
  }
}
