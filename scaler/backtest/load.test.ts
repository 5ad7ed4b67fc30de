import assert from 'node:assert/strict';
import { loadOfSamples } from './load.js';

function load(rows: readonly (readonly [seconds: number, value: number])[]) {
  return loadOfSamples({
    timestamps: Float64Array.from(rows, (row) => row[0]),
    values: Float64Array.from(rows, (row) => row[1]),
    unknown: 0,
  });
}

describe('loadOfSamples', () => {
  it('takes minute samples as they are and sees each of them one minute later', () => {
    const { startSeconds, demand, observed } = load([
      [120, 1],
      [180, 2],
      [240, 3],
    ]);
    assert.equal(startSeconds, 120);
    assert.deepEqual([...demand], [1, 2, 3]);
    assert.deepEqual([...observed], [Number.NaN, 1, 2]);
  });

  it('keeps the highest of several samples in a minute and sees the newest complete one', () => {
    const rows = [0, 15, 30, 45, 60, 75, 90, 105].map(
      (time, i) => [time, [5, 9, 1, 2, 3, 4, 8, 7][i]!] as const,
    );
    const { demand, observed } = load(rows);
    assert.deepEqual([...demand], [9, 8]);
    assert.deepEqual([...observed], [Number.NaN, 2]);
  });

  it('repeats samples that are further apart and sees each only when its time is over', () => {
    const { demand, observed } = load([
      [0, 10],
      [300, 20],
      [600, 30],
    ]);
    assert.deepEqual([...demand], [...Array(5).fill(10), ...Array(5).fill(20), ...Array(5).fill(30)]);
    assert.deepEqual([...observed.slice(0, 11)], [...Array(5).fill(Number.NaN), ...Array(5).fill(10), 20]);
  });

  it('leaves a gap unknown and stands by the last value for five minutes', () => {
    const { demand, observed } = load([
      [0, 1],
      [60, 2],
      [120, 3],
      [1200, 4],
    ]);
    assert.deepEqual([...demand.slice(0, 4)], [1, 2, 3, Number.NaN]);
    assert.deepEqual([...observed.slice(2, 10)], [2, 3, 3, 3, 3, 3, 3, Number.NaN]);
  });
});
