import type { ChildProgram } from '../child-program.js';
import { sumOf } from '../sum-of.js';

/** The sum of a metric's samples over all of its labels, as the program shows them on `/metrics` now. */
export async function metricOf(program: ChildProgram, name: string): Promise<number> {
  const response = await fetch(`${await program.url('metrics')}/metrics`);
  const sum = sumOf(await response.text(), name);
  if (sum === undefined) throw new Error(`there is no metric ${name}`);
  return sum;
}
