import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Problems remembered at once; one that was forgotten counts as new when it is reported again. */
const MAX_OPEN = 10_000;

/** Longer texts are kept as a digest: a query may have thousands of characters. */
const MAX_KEPT = 200;

/** Turns repeated reports of a state into one for each change, so that a log has one line for it. */
export class OncePerChange {
  readonly #open = new LRUCache<string, string>({ maxSize: MAX_OPEN, sizeCalculation: () => 1 });

  /**
   * Whether a subject's state differs from what was last reported of it.
   *
   * @param problem undefined for a good state, which every subject begins with. Numbers that differ are no change.
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

/** A message without its numbers, which may count up while the state stays the same. */
export function withoutNumbers(message: string): string {
  return message.replace(/\d+/g, '#');
}

function short(text: string): string {
  return text.length <= MAX_KEPT ? text : createHash('sha256').update(text).digest('base64');
}
