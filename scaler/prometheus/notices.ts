import { OncePerChange } from '../shared/once-per-change.js';
import type { HistoryObserver, Notice } from './observer.js';

/** Tells an observer each change of state of one source, once. */
export class Notices {
  readonly #once = new OncePerChange();

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** Reports the state of a topic and its subject, if it has one; undefined for a good state. */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    if (this.#once.changed(message, `${topic}\n${subject ?? ''}`))
      this.observer.noticed({ source: this.source, topic, subject, message });
  }
}
