import type { ChildProgram } from '../../test-support/child-program.js';

/** The sum of a metric's samples over all of its labels, as the program shows them on `/metrics` now. */
export async function metricOf(program: ChildProgram, name: string): Promise<number> {
  const response = await fetch(`${await program.url('metrics')}/metrics`);
  const samples = (await response.text()).split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name);
  if (samples.length === 0) throw new Error(`there is no metric ${name}`);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
