import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Problems remembered at once; one that was forgotten counts as new. */
const MAX_OPEN = 10_000;

/** Longer texts, such as a query, are kept as a digest. */
const MAX_KEPT = 200;

/** Turns repeated reports of a state into one for each change, for one line in a log. */
export class OncePerChange {
  readonly #open = new LRUCache<string, string>({ maxSize: MAX_OPEN, sizeCalculation: () => 1 });

  /**
   * Whether the state of a subject differs from its last report.
   *
   * @param problem undefined for a good state, which is the first of every subject. Other numbers in it are no change.
   */
  changed(problem: string | undefined, subject = ''): boolean {
    if (problem === undefined && this.#open.size === 0) return false;
    const key = short(subject);
    const gist = problem === undefined ? undefined : short(withoutNumbers(problem));
    if (this.#open.get(key) === gist) return false;
    if (gist === undefined) this.#open.delete(key);
    else this.#open.set(key, gist);
    return true;
  }
}

/** A message without its numbers, which may change while the state does not. */
export function withoutNumbers(message: string): string {
  return message.replace(/\d+/g, '#');
}

function short(text: string): string {
  return text.length <= MAX_KEPT ? text : createHash('sha256').update(text).digest('base64');
}
