/** Words of PromQL that are no metric. */
const keywords = new Set(
  'by without on ignoring group_left group_right and or unless offset bool inf nan atan2 start end'.split(
    ' ',
  ),
);

/** The metrics that an expression of PromQL names. */
export function metricNames(expression: string): string[] {
  const plain = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\boffset\s+-?\S+/g, ' ');
  return [...plain.matchAll(/(?<![\w$:.])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])/g)]
    .map(([, name]) => name!)
    .filter((name) => !keywords.has(name.toLowerCase()));
}
