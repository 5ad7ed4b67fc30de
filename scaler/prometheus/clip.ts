/** Text from elsewhere as a message may repeat it: one line, printable, bounded. */
export function clip(text: string, length = 300): string {
  const printable = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return printable.length <= length
    ? printable
    : `${printable.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}
