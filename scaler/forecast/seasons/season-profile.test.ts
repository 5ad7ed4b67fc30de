import assert from 'node:assert/strict';
import { seasonProfile } from './season-profile.js';

describe('seasonProfile', () => {
  const slots = Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3);

  it('is the mean of each slot, centred on zero', () => {
    const values = Float64Array.of(1, 2, 3, 10, 3, 2, 5, 14);
    assert.deepEqual([...seasonProfile(values, slots, 4, 8, 0)], [-3, -3, -1, 7]);
  });

  it('smooths over neighbours round the end of the season', () => {
    // A triangular kernel of one neighbour weighs 1, 2, 1; slot 0 has slot 3 as its neighbour.
    const values = Float64Array.of(0, 0, 0, 8);
    assert.deepEqual([...seasonProfile(values, slots, 4, 4, 1)], [0, -2, 0, 2]);
  });

  it('gives a slot without data what its neighbours say', () => {
    const values = Float64Array.of(2, Number.NaN, 2, 8);
    const [, unknown] = seasonProfile(values, slots, 4, 4, 1);
    assert.equal(unknown, -2);
    assert.equal(seasonProfile(values, slots, 4, 4, 0)[1], 0);
  });

  it('looks at the first steps only', () => {
    assert.deepEqual([...seasonProfile(Float64Array.of(1, 3, 99, 99), slots, 4, 2, 0)], [-1, 1, 0, 0]);
  });
});
