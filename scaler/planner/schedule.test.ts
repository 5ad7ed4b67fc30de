import assert from 'node:assert/strict';
import { refitBoundarySeconds, spread, tickSeconds } from './schedule.js';

const step = 300;
const hour = 3600;
// 2026-03-02T00:00:00Z
const midnight = 1_772_409_600;

describe('refitBoundarySeconds', () => {
  it('is the newest boundary at or before the moment', () => {
    assert.equal(refitBoundarySeconds(midnight, step, hour, 0), midnight);
    assert.equal(refitBoundarySeconds(midnight + hour - 1, step, hour, 0), midnight);
    assert.equal(refitBoundarySeconds(midnight + hour, step, hour, 0), midnight + hour);
  });

  it('is shifted by the offset, rounded down to the step grid', () => {
    assert.equal(refitBoundarySeconds(midnight + 700, step, hour, 650), midnight + 600);
    assert.equal(refitBoundarySeconds(midnight + 599, step, hour, 650), midnight + 600 - hour);
  });

  it('keeps to the step grid when the refit period is no multiple of the step', () => {
    assert.equal(refitBoundarySeconds(midnight + 5 * hour, 1800, 2700, 0) % 1800, 0);
    assert.equal(refitBoundarySeconds(midnight + 90, 60, 10, 0), midnight + 60);
  });
});

describe('tickSeconds', () => {
  it('is the newest tick of the shifted grid', () => {
    assert.equal(tickSeconds(midnight + 20, 15, 4), midnight + 19);
    assert.equal(tickSeconds(midnight + 18.9, 15, 4), midnight + 4);
  });
});

describe('spread', () => {
  it('depends on the text alone and lies in [0, 1)', () => {
    const values = Array.from({ length: 1000 }, (_, i) => spread(`apps/app-${i}/load`));
    assert.deepEqual(
      values,
      Array.from({ length: 1000 }, (_, i) => spread(`apps/app-${i}/load`)),
    );
    assert.ok(values.every((value) => value >= 0 && value < 1));
  });

  it('fills the period evenly', () => {
    // 1,000 uniform draws leave each tenth with 100 +- 4 standard deviations (about 38).
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 1000; i++) tenths[Math.floor(spread(`ns/so-${i}`) * 10)]++;
    assert.ok(
      tenths.every((count) => count > 62 && count < 138),
      `counts per tenth: ${tenths}`,
    );
  });
});
