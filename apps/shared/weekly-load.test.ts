import assert from 'node:assert/strict';
import { usualLoad, usualLoadAt } from './weekly-load.js';

const [sunday, monday, wednesday, saturday] = [0, 1, 3, 6];

describe('the usual load of a week', () => {
  it('peaks in the evening of a working day, at about 1', () => {
    const hours = Array.from({ length: 240 }, (_, index) => index / 10);
    const peak = hours.reduce((best, hour) =>
      usualLoad(wednesday, hour) > usualLoad(wednesday, best) ? hour : best,
    );
    assert.ok(peak > 19 && peak < 21, `the peak is at ${peak} h`);
    assert.ok(Math.abs(usualLoad(wednesday, peak) - 1) < 0.1);
  });

  it('dips at lunch between a morning and an afternoon hill', () => {
    assert.ok(usualLoad(wednesday, 13) < 0.85 * usualLoad(wednesday, 10.5));
    assert.ok(usualLoad(wednesday, 13) < 0.95 * usualLoad(wednesday, 15.5));
  });

  it('is lowest at night, and never zero', () => {
    assert.ok(usualLoad(wednesday, 3.5) < 0.15);
    assert.ok(usualLoad(wednesday, 3.5) > 0.05);
  });

  it('is lower at weekends', () => {
    for (const hour of [10, 15, 20])
      for (const weekend of [saturday, sunday])
        assert.ok(usualLoad(weekend, hour) < usualLoad(wednesday, hour));
  });

  it('has no jump at midnight between two working days, apart from the day factor', () => {
    assert.ok(Math.abs(usualLoad(monday, 23.99) - usualLoad(2, 0)) < 0.05);
  });

  it('reads a point in time as UTC', () => {
    const wednesdayEvening = Date.UTC(2026, 2, 4, 20, 0) / 1000; // 4 March 2026 is a Wednesday (cal 3 2026)
    assert.equal(usualLoadAt(wednesdayEvening), usualLoad(wednesday, 20));
    const beforeTheEpoch = Date.UTC(1969, 11, 28, 20, 30) / 1000; // a Sunday
    assert.equal(usualLoadAt(beforeTheEpoch), usualLoad(sunday, 20.5));
  });
});
