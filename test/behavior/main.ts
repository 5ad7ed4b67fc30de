import { isMet, measureAll, type Result } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * `make behavior`: what users believe of the scaler, measured over generated loads in every setting. Arguments select
 * scenarios whose title contains one of them. Exits with 1 when a number is not what is wanted.
 */
const words = process.argv.slice(2).map((word) => word.toLowerCase());
const selected = SCENARIOS.filter(
  ({ title }) => words.length === 0 || words.some((word) => title.toLowerCase().includes(word)),
);
if (selected.length === 0) {
  console.error(
    `no scenario is called like that; there are:\n${SCENARIOS.map(({ title }) => `  ${title}`).join('\n')}`,
  );
  process.exitCode = 2;
}
for (const scenario of selected) {
  console.log(`${scenario.title}`);
  const results = measureAll([scenario]);
  for (const result of results) console.log(line(result));
  if (!results.every(isMet)) process.exitCode = 1;
}

function line(result: Result): string {
  const { what, measured, wanted } = result;
  const bound = 'atLeast' in wanted ? `>= ${wanted.atLeast}` : `<= ${wanted.atMost}`;
  return `  ${what.padEnd(76)} ${shown(measured).padStart(8)}   wanted ${bound.padEnd(9)} ${isMet(result) ? '' : 'MISSED'}`.trimEnd();
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(2))) : String(value);
}
