import assert from 'node:assert/strict';
import { batchId } from './batch-id.js';

describe('a batch id', () => {
  it('is the minute in UTC as YYYY-MM-DD_HH-MM', () => {
    assert.equal(batchId(Date.UTC(2026, 2, 9, 7, 5, 59, 999)), '2026-03-09_07-05');
    assert.equal(batchId(Date.UTC(2026, 2, 9, 7, 6)), '2026-03-09_07-06');
  });

  it('is the same for all batches of a minute, whatever the local time zone', () => {
    const minute = Date.UTC(2025, 11, 31, 23, 59);
    assert.deepEqual(
      new Set([0, 1, 30_000, 59_999].map((ms) => batchId(minute + ms))),
      new Set(['2025-12-31_23-59']),
    );
  });
});
