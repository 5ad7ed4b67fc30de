import { closest, distance } from 'fastest-levenshtein';

/**
 * The candidate that a misspelled word most likely meant, or undefined when none is near: at most a third of its letters
 * may differ, case aside.
 *
 * @example suggest('treshold', ['threshold', 'query']) // 'threshold'
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > 64) return undefined;
  const lower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const nearest = closest(word.toLowerCase(), [...lower.keys()]);
  const near = distance(word.toLowerCase(), nearest) <= Math.floor(nearest.length / 3);
  return near ? lower.get(nearest) : undefined;
}

/** The suggestion as the end of a message: `; did you mean "threshold"?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const suggestion = suggest(word, candidates);
  return suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
}
