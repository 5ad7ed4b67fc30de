import { closest, distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to a misspelled word, without regard to case; undefined when more than a third of its letters
 * differ.
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
