import type { BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/**
 * A small file that may change, such as a mounted Secret. It is looked at on each use: Secrets change by other symbolic
 * links, which file watchers miss.
 */
export class WatchedFile {
  #version = '';
  #text: string | undefined;

  constructor(readonly path: string) {}

  /**
   * The content, read again only when inode, size or time of change differs.
   * @throws Error with the reason: `cannot be read (ENOENT)`, or `is empty`, as a file may be while it is written
   */
  async read(): Promise<string> {
    const version = fileVersion(await stat(this.path, { bigint: true }).catch(refuse));
    if (this.#text === undefined || version !== this.#version) {
      const text = await readFile(this.path, 'utf8').catch(refuse);
      if (text.trim() === '') throw new Error('is empty');
      this.#text = text;
      this.#version = version;
    }
    return this.#text;
  }

  /** The content, or what was read last while it cannot be read, and then why: a rotation must not cost an answer. */
  async readOrKeep(): Promise<{ text: string | undefined; problem: string | undefined }> {
    const problem = await this.read().then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { text: this.#text, problem };
  }
}

/** A text that differs when a file has changed. */
export function fileVersion({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino}/${size}/${mtimeNs}`;
}

function refuse(error: NodeJS.ErrnoException): never {
  throw new Error(`cannot be read (${error.code ?? error.message})`, { cause: error });
}
