import type { HistoryObserver, Notice } from './observer.js';

/** Open notices kept for one source; beyond that the oldest is forgotten and would be told again. */
const maxOpen = 10_000;

/** Turns states reported again and again into one notice for each change. */
export class Notices {
  readonly #open = new Map<string, string>();

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** Says how things stand with a topic and its subject, if it has one; undefined: nothing is the matter. */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    const key = `${topic}\n${subject ?? ''}`;
    if (this.#open.get(key) === message) return;
    this.#open.delete(key);
    if (message !== undefined) {
      this.#open.set(key, message);
      if (this.#open.size > maxOpen) this.#open.delete(this.#open.keys().next().value!);
    }
    this.observer.noticed({ source: this.source, topic, subject, message });
  }
}
