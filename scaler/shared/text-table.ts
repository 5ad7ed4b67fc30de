/** Width of each column in characters, at least `minWidth`. */
export function columnWidths(rows: readonly (readonly string[])[], minWidth = 0): number[] {
  return rows[0]!.map((_, i) => Math.max(minWidth, ...rows.map((row) => row[i]!.length)));
}

/**
 * A table in fixed-width text, with two spaces between columns.
 *
 * @param rows all with the same number of cells
 * @param left columns, from 0, that are aligned to the left; others are aligned to the right
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { left = [0], minWidth = 0 }: { readonly left?: readonly number[]; readonly minWidth?: number } = {},
): string[] {
  const widths = columnWidths(rows, minWidth);
  const aligned = (cell: string, i: number) =>
    left.includes(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd());
}
