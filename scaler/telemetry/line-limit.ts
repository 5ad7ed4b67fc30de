import { LRUCache } from 'lru-cache';
import type { Logger } from './log.js';

/** Enough for two lines for each of the 2,000 triggers that a namespace may have by default. */
const DEFAULT_MAX_LINES = 5000;
const MAX_SUBJECTS = 10_000;

/**
 * Limits the log lines about a subject (a namespace, a source) in a minute, so that triggers that keep changing neither
 * fill the disk nor hide the lines about others. A line says when lines are left out, and one in a later minute how
 * many.
 */
export class LineLimit {
  #minute = Number.NaN;
  /** Lines of this minute, those left out included. */
  readonly #lines = new LRUCache<string, number>({ max: MAX_SUBJECTS });

  constructor(
    readonly log: Logger,
    readonly nowSeconds: () => number,
    readonly maxLines = DEFAULT_MAX_LINES,
  ) {}

  /** Counts a line about a subject. @returns whether it may be written */
  admits(subject: string): boolean {
    const minute = Math.floor(this.nowSeconds() / 60);
    if (minute !== this.#minute) this.#begin(minute);
    const lines = (this.#lines.get(subject) ?? 0) + 1;
    this.#lines.set(subject, lines);
    if (lines === this.maxLines + 1)
      this.log.warn(
        { subject },
        `more than ${this.maxLines} lines in a minute are about ${subject}; the rest of this minute's are left out`,
      );
    return lines <= this.maxLines;
  }

  #begin(minute: number): void {
    this.#minute = minute;
    for (const [subject, lines] of this.#lines)
      if (lines > this.maxLines)
        this.log.warn({ subject, leftOut: lines - this.maxLines }, `lines about ${subject} were left out`);
    this.#lines.clear();
  }
}
