import type { Logger } from './log.js';

/** Two lines for each of the 2,000 triggers that a namespace may have by default, when all of them start, and some. */
const defaultMost = 5000;

/**
 * Bounds how many lines of the log are about one subject (a namespace, a source) in a minute, so that a tenant whose
 * triggers change all the time neither fills the disk of the log nor hides the lines about others. One line says that
 * lines are left out, and one in a later minute how many.
 */
export class LineLimit {
  readonly #log: Logger;
  readonly #nowSeconds: () => number;
  readonly #most: number;
  #minute = Number.NaN;
  /** Lines of this minute, those left out included. */
  readonly #lines = new Map<string, number>();

  /** @param most lines about one subject in a minute */
  constructor(log: Logger, nowSeconds: () => number, most = defaultMost) {
    this.#log = log;
    this.#nowSeconds = nowSeconds;
    this.#most = most;
  }

  /** Counts a line about a subject, and says whether it may be written. */
  admits(subject: string): boolean {
    const minute = Math.floor(this.#nowSeconds() / 60);
    if (minute !== this.#minute) this.#begin(minute);
    const lines = (this.#lines.get(subject) ?? 0) + 1;
    this.#lines.set(subject, lines);
    if (lines === this.#most + 1)
      this.#log.warn(
        { subject },
        `more than ${this.#most} lines in a minute are about ${subject}; the rest of this minute's are left out`,
      );
    return lines <= this.#most;
  }

  #begin(minute: number): void {
    this.#minute = minute;
    for (const [subject, lines] of this.#lines)
      if (lines > this.#most)
        this.#log.warn({ subject, leftOut: lines - this.#most }, `lines about ${subject} were left out`);
    this.#lines.clear();
  }
}
