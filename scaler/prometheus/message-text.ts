/** Most label sets in a message. */
const MAX_SHOWN = 3;

/** Text from elsewhere for use in a message: on one line, printable, shortened. */
export function clip(text: string, length = 300): string {
  const printable = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return printable.length <= length
    ? printable
    : `${printable.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * Labels as PromQL writes them, sorted by name, so that equal sets give equal text. Long sets are cut.
 *
 * @example labelSet({ pod: 'a', app: 'shop' }) // '{app="shop", pod="a"}'
 */
export function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return clip(`{${pairs.join(', ')}}`, 500);
}

/** Says which series there are where one is needed, and how to make one of them. */
export function severalSeriesMessage(labelSets: readonly string[]): string {
  const shown = [...new Set(labelSets)]
    .sort()
    .slice(0, MAX_SHOWN)
    .map((set) => clip(set, 200));
  const count = labelSets.length;
  const more = count > shown.length ? ` and ${count - shown.length} more` : '';
  return `gives ${count} series for the query where one is needed: ${shown.join(', ')}${more}; put sum(...) or max(...) around the query`;
}
