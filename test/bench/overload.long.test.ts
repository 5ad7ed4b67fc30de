import assert from 'node:assert/strict';
import { measureOverload } from './overload.js';
import { loadTraces } from './traces.js';

// Pod-hours at 1 % and 0.2 % as multiples of the oracle's, a tenth above what was measured when they were set, and twice
// the target at most: a daily rhythm with bursts, and a job that began two days before the evaluated ones.
const BUDGETS: Readonly<Record<string, readonly number[]>> = { shop: [1.15, 1.19], 'new-job': [1.13, 1.1] };

describe('bench of the accepted overload', () => {
  for (const [name, most] of Object.entries(BUDGETS))
    it(`keeps ${name} within its budget of pod-hours, and within twice the target`, async () => {
      const trace = (await loadTraces(undefined)).find((one) => one.name === name)!;
      const { results } = measureOverload(trace)!;
      results.forEach(({ target }, i) => {
        assert.ok(target.ratio <= most[i]!, `${target.ratio}, at most ${most[i]}`);
        assert.ok(target.overloadedShare <= 2 * [0.01, 0.002][i]!, `${target.overloadedShare}`);
      });
    });
});
