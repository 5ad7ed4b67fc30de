import { clip } from './clip.js';

/** Label sets shown of a query that gives too many. */
const maxShown = 3;

/**
 * A series' labels as PromQL writes them, in order of their names, so that equal sets give equal text. Control and
 * direction characters in values, which could garble a log or a page, are left out; long sets are cut.
 *
 * @example labelSet({ pod: 'a', app: 'shop' }) // '{app="shop", pod="a"}'
 */
export function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return clip(`{${pairs.join(', ')}}`, 500);
}

/**
 * Tells which series there are where one is wanted, and how to make one of them.
 *
 * @param labelSets those that differ as text
 * @param count series there are; more than label sets where these differ in nothing that is shown
 */
export function severalSeriesMessage(labelSets: readonly string[], count: number): string {
  const shown = labelSets.slice(0, maxShown).map((set) => clip(set, 200));
  const more = count > shown.length ? ` and ${count - shown.length} more` : '';
  return `gives ${count} series for the query where one is needed: ${shown.join(', ')}${more}; put sum(...) or max(...) around the query`;
}
