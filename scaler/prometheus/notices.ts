import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { HistoryObserver, Notice } from './observer.js';

/** Open notices kept for one source; a notice that was forgotten is logged again. */
const maxOpen = 10_000;

/** Longer subjects and messages are kept as a digest: a query may have thousands of characters. */
const maxKept = 200;

/** Turns repeated reports of a state into one notice for each change. Numbers that differ in a message are no change. */
export class Notices {
  readonly #open = new LRUCache<string, string>({ maxSize: maxOpen, sizeCalculation: () => 1 });

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** Reports the state of a topic and its subject, if it has one; undefined for a good state. */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    if (message === undefined && this.#open.size === 0) return;
    const key = `${topic}\n${short(subject ?? '')}`;
    const gist = message === undefined ? undefined : short(message.replace(/\d+/g, '#'));
    if (this.#open.get(key) === gist) return;
    if (gist === undefined) this.#open.delete(key);
    else this.#open.set(key, gist);
    this.observer.noticed({ source: this.source, topic, subject, message });
  }
}

/** The text, or its digest where it is long. */
function short(text: string): string {
  return text.length <= maxKept ? text : createHash('sha256').update(text).digest('base64');
}
