import assert from 'node:assert/strict';
import { oracleSignal, sameTimeSignal } from './baselines.js';

const { NaN: none } = Number;
const load = {
  startSeconds: 0,
  sampleSeconds: 60,
  demand: Float64Array.of(1, 5, 2, none, 3, 9, 1, 1),
  observed: Float64Array.of(none, 1, 5, 2, 2, 3, 9, 1),
};

describe('baseline signals', () => {
  it('is the highest load until the horizon for the oracle', () => {
    assert.deepEqual([...oracleSignal(load, { from: 0, to: 8 }, 2)], [5, 5, 2, 3, 9, 9, 1, 1]);
  });

  it('is the highest load of the same stretch one period ago, or the newest known load', () => {
    assert.deepEqual([...sameTimeSignal(load, { from: 4, to: 8 }, 2, 4)], [5, 5, 9, 3]);
  });

  it('is the newest known load where the history does not reach back a period', () => {
    assert.deepEqual([...sameTimeSignal(load, { from: 2, to: 5 }, 2, 7)], [5, 2, 2]);
  });
});
