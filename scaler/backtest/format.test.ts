import assert from 'node:assert/strict';
import { formatAmount, formatMinutes, formatMoment, formatShare } from './format.js';

describe('formats', () => {
  it('writes amounts with three digits', () => {
    assert.deepEqual([0, 0.02134, 12.34, 99.99, 4870.4, 2e10, 3e-6].map(formatAmount), [
      '0',
      '0.0213',
      '12.3',
      '100',
      '4,870',
      '2.00e+10',
      '3.00e-6',
    ]);
  });
  it('writes shares as percentages', () => {
    assert.deepEqual([0, 0.00001, 0.002, 0.0123, 0.123, 1].map(formatShare), [
      '0 %',
      '< 0.01 %',
      '0.2 %',
      '1.2 %',
      '12 %',
      '100 %',
    ]);
  });
  it('writes minutes as people say them', () => {
    assert.deepEqual([0, 1.25, 7.5, 107, 387].map(formatMinutes), [
      '0 min',
      '1.3 min',
      '7.5 min',
      '107 min',
      '6 h 27 min',
    ]);
  });
  it('writes moments in UTC', () => {
    assert.equal(formatMoment(0), '1970-01-01 00:00 UTC');
  });
});
