import { createHash } from 'node:crypto';
import type { HistoryObserver, Notice } from './observer.js';

/** Open notices kept for one source; beyond that the oldest is forgotten and would be told again. */
const maxOpen = 10_000;

/** Characters of a subject that are kept: a query may have thousands, and one that is gone may stay open here. */
const maxKept = 200;

/**
 * Turns states reported again and again into one notice for each change. Numbers in a message do not count as a
 * change: warnings carry durations and request numbers that differ each time.
 */
export class Notices {
  readonly #open = new Map<string, string>();

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** Says how things stand with a topic and its subject, if it has one; undefined: nothing is the matter. */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    if (message === undefined && this.#open.size === 0) return;
    const key = `${topic}\n${short(subject ?? '')}`;
    const gist = message === undefined ? undefined : short(message.replace(/\d+/g, '#'));
    if (this.#open.get(key) === gist) return;
    this.#open.delete(key);
    if (gist !== undefined) {
      this.#open.set(key, gist);
      if (this.#open.size > maxOpen) this.#open.delete(this.#open.keys().next().value!);
    }
    this.observer.noticed({ source: this.source, topic, subject, message });
  }
}

/** The text, or its digest where it is long. */
function short(text: string): string {
  return text.length <= maxKept ? text : createHash('sha256').update(text).digest('base64');
}
