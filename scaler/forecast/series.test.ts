import assert from 'node:assert/strict';
import { cutSeries } from './series.js';
import type { Series } from './types.js';

describe('cutSeries', () => {
  const series: Series = { startSeconds: 1200, stepSeconds: 300, values: Float64Array.of(1, 2, 3, 4) };

  it('copies the steps from a moment up to another', () => {
    assert.deepEqual(cutSeries(series, 1500, 2100), {
      startSeconds: 1500,
      stepSeconds: 300,
      values: Float64Array.of(2, 3),
      peaks: undefined,
    });
  });

  it('is shorter where the history is', () => {
    assert.deepEqual(cutSeries(series, 0, 1500).values, Float64Array.of(1));
    assert.deepEqual(cutSeries(series, 2100, 9000).values, Float64Array.of(4));
    assert.deepEqual(cutSeries(series, 9000, 9900).values, new Float64Array(0));
  });
});
