import assert from 'node:assert/strict';
import { spread, tickSeconds } from './schedule.js';

// 2026-03-02T00:00:00Z
const MIDNIGHT = 1_772_409_600;

describe('tickSeconds', () => {
  it('is the newest tick of the shifted grid', () => {
    assert.equal(tickSeconds(MIDNIGHT + 20, 15, 4), MIDNIGHT + 19);
    assert.equal(tickSeconds(MIDNIGHT + 18.9, 15, 4), MIDNIGHT + 4);
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
