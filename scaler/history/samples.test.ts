import assert from 'node:assert/strict';
import { sampleIntervalSeconds, seriesOfSamples } from './samples.js';

function samples(rows: readonly (readonly [number, number])[]) {
  return {
    timestamps: Float64Array.from(rows, (row) => row[0]),
    values: Float64Array.from(rows, (row) => row[1]),
  };
}

describe('seriesOfSamples', () => {
  it('keeps mean and maximum of each step on the grid of the epoch, and NaN where there is no sample', () => {
    const rows = [
      [310, 1],
      [370, 5],
      [599, 3],
      [1200, -2],
    ] as const;
    const series = seriesOfSamples(samples(rows), 300);
    assert.equal(series.startSeconds, 300);
    assert.deepEqual([...series.values], [3, Number.NaN, Number.NaN, -2]);
    assert.deepEqual([...series.peaks!], [5, Number.NaN, Number.NaN, -2]);
  });

  it('is empty without samples', () => {
    assert.equal(seriesOfSamples(samples([]), 60).values.length, 0);
  });
});

describe('sampleIntervalSeconds', () => {
  it('is the median distance, so that a gap does not count', () => {
    const rows = [0, 60, 120, 4000, 4060].map((time) => [time, 1] as const);
    assert.equal(sampleIntervalSeconds(samples(rows)), 60);
  });
});
