import assert from 'node:assert/strict';
import { fillGaps, longestBridgedGap } from './fill-gaps.js';

const gap = Number.NaN;

function filled(values: number[], peaks = values, stepSeconds = 300) {
  const series = fillGaps({
    startSeconds: 6000,
    stepSeconds,
    values: Float64Array.from(values),
    peaks: Float64Array.from(peaks),
  });
  return { start: series.startSeconds, values: [...series.values], peaks: [...series.peaks] };
}

describe('fillGaps', () => {
  it('bridges a short gap with a straight line, mean and maximum alike', () => {
    const { values, peaks } = filled([10, gap, gap, 40], [20, gap, gap, 80]);
    assert.deepEqual(values, [10, 20, 30, 40]);
    assert.deepEqual(peaks, [20, 40, 60, 80]);
  });

  it('leaves a gap of more than 15 minutes unknown, and never reads it as 0', () => {
    assert.deepEqual(filled([10, gap, gap, gap, 50]).values, [10, 20, 30, 40, 50]);
    assert.deepEqual(filled([10, gap, gap, gap, gap, 60]).values, [10, gap, gap, gap, gap, 60]);
  });

  it('counts short in minutes on fine steps and in steps on coarse ones', () => {
    assert.deepEqual([15, 60, 300, 3600].map(longestBridgedGap), [60, 15, 3, 3]);
  });

  it('cuts unknown steps off at the beginning and keeps them at the end', () => {
    assert.deepEqual(filled([gap, gap, 7, 8, gap]), { start: 6600, values: [7, 8, gap], peaks: [7, 8, gap] });
  });

  it('keeps 0 as the number it is', () => {
    assert.deepEqual(filled([0, gap, 0]).values, [0, 0, 0]);
  });

  it('gives nothing when nothing is known', () => {
    assert.deepEqual(filled([gap, gap]).values, []);
    assert.deepEqual(filled([]).values, []);
  });
});
