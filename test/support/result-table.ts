/** One row of docs/reliability.md: what was done, how often, and the result. */
export interface Result {
  readonly what: string;
  readonly many: string;
  readonly result: string;
}

/** Prints results as the Markdown table that docs/reliability.md holds. */
export function printResults(heading: string, results: readonly Result[]): void {
  console.log(`\n${heading}\n\n| what | how many | result |\n|---|---|---|`);
  for (const { what, many, result } of results) console.log(`| ${what} | ${many} | ${result} |`);
  console.log('');
}
