/**
 * The sum over all labels of a metric family.
 * @param exposition what `/metrics` answered
 * @returns undefined when the family has no sample there
 */
export function sumOf(exposition: string, family: string): number | undefined {
  let sum: number | undefined;
  for (const line of exposition.split('\n')) {
    if (!line.startsWith(family) || !/[{ ]/.test(line[family.length] ?? '')) continue;
    sum = (sum ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
