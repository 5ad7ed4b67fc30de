import assert from 'node:assert/strict';
import { resolutionWithin, stepQueries } from './step-queries.js';

describe('stepQueries', () => {
  it('asks for mean and maximum of a step in the form that servers are known to accept', () => {
    assert.deepEqual(stepQueries('sum(load)', 300, 15), {
      mean: 'avg_over_time((\nsum(load)\n)[300s:15s] offset 7500ms)',
      maximum: 'max_over_time((\nsum(load)\n)[300s:15s] offset 7500ms)',
    });
  });

  it('keeps a comment at the end of the query from swallowing the rest', () => {
    assert.match(stepQueries('load # per second', 60, 60).mean, /# per second\n\)\[60s:60s\]/);
  });
});

describe('resolutionWithin', () => {
  it('is the coarsest divisor of the step that is not above the resolution', () => {
    const cases = [
      [300, 15, 15],
      [100, 15, 10],
      [60, 45, 30],
      [10, 15, 10],
      [61, 15, 1],
      [3600, 3600, 3600],
    ];
    for (const [step, resolution, expected] of cases)
      assert.equal(resolutionWithin(step!, resolution!), expected);
  });
});
