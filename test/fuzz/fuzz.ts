import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printResults, type Result } from '../support/result-table.js';

/** Inputs tried of each kind. RUNS=100000 for a long night. */
export const runs = Number(process.env.RUNS ?? 1000);

/** Decides every input of this process: the same seed tries the same inputs. SEED=... repeats an earlier process. */
export const seed =
  process.env.SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SEED);

/** Time for the tests of a file: without bound in a long run. */
export const timeoutMilliseconds = process.env.RUNS === undefined ? 600_000 : 0;

/** Longest time for one input: what takes longer hangs. */
const MOST_SECONDS = 60;

/** What a caller must never see. */
export const stackTrace = /\bat [^\n]*\.[jt]s:\d+/;

/** Characters that break a line, steer a terminal or turn the direction of what follows. */
export const unseen = /[\p{Cc}\p{Bidi_Control}\p{Cs}\p{Zl}\p{Zp}]/u;

const results: Result[] = [];

// One table of all files that this process runs.
process.once('exit', () => {
  if (results.length > 0) printResults(`Bad input (SEED=${seed})`, results);
});

/** Adds a row to the table that is printed at the end. */
export function tell(what: string, many: string, result: string): void {
  results.push({ what, many, result });
}

/**
 * Tries a property on many inputs.
 *
 * @returns how many were tried.
 * @throws Error with the smallest input that was found to fail, and the command that repeats the run.
 */
export async function tryInputs<Input>(
  inputs: fc.Arbitrary<Input>,
  property: (input: Input) => Promise<void> | void,
  numRuns = runs,
  given = seed,
): Promise<number> {
  const seen = await fc.check(
    fc.asyncProperty(inputs, async (input) => {
      const began = performance.now();
      await property(input);
      const seconds = (performance.now() - began) / 1000;
      assert.ok(seconds < MOST_SECONDS, `took ${seconds.toFixed(1)} s`);
    }),
    { numRuns, seed: given },
  );
  if (seen.failed)
    throw new Error(
      `${fc.defaultReportMessage(seen)}\nRepeat it: SEED=${given} RUNS=${numRuns} make fuzz (seed ${given})`,
      { cause: seen.errorInstance },
    );
  return seen.numRuns;
}

/** Inputs of the kind that `tryInputs` tries, as a list. */
export function someInputs<Input>(inputs: fc.Arbitrary<Input>, count: number, given = seed): Input[] {
  return fc.sample(inputs, { numRuns: count, seed: given });
}

/** What people, machines and attackers write where a name, a number or a text is wanted. */
export const nasty: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    '\u202Eevil',
    'a\u2066b\u2069\u200F\u061C',
    'שלום עולם',
    'مرحبا',
    'e\u0301\u0301\u0301\u0301\u0301\u0301',
    '<script>globalThis.owned=1</script>',
    '<img src=x onerror="globalThis.owned=1">',
    '"><svg onload=globalThis.owned=1>',
    "'-globalThis.owned=1-'",
    'javascript:globalThis.owned=1',
    '</title></script><script>globalThis.owned=1</script>',
    '{{constructor.constructor("globalThis.owned=1")()}}',
    '\u0000',
    '\u0007\u001b[31mred\u001b]0;title\u0007',
    'a\nforged_metric 1\n',
    'a\r\nSet-Cookie: a=b\r\n\r\n',
    '"} 1\nforged_metric 1',
    '\u2028\u2029\ufeff',
    '\ud800',
    '\udc00x\ud83d',
    '1e999',
    '-1',
    'NaN',
    '0x10',
    '99999999999999999999d',
    '5m',
    '{{',
    '%E0%A4%A',
    '../../../../etc/passwd',
    '$(reboot)`reboot`',
    'http://u:p@[::1]:80',
    'x'.repeat(5000),
  ),
);
