import assert from 'node:assert/strict';
import { mean, variance } from 'simple-statistics';
import { seededRandom } from '../shared/seeded-random.js';
import { poisson } from './poisson.js';

describe('a Poisson draw', () => {
  // Mean and variance of a Poisson distribution are equal; the tolerances are about five standard errors.
  for (const expected of [0.2, 3, 49, 51, 1500]) {
    it(`has mean and variance ${expected}`, () => {
      const random = seededRandom('poisson');
      const draws = Array.from({ length: 20_000 }, () => poisson(expected, random));
      assert.ok(draws.every((count) => Number.isInteger(count) && count >= 0));
      assert.ok(Math.abs(mean(draws) - expected) < 5 * Math.sqrt(expected / 20_000), `mean ${mean(draws)}`);
      assert.ok(Math.abs(variance(draws) / expected - 1) < 0.08, `variance ${variance(draws)}`);
    });
  }

  it('is 0 when nothing is expected', () => {
    assert.equal(poisson(0, seededRandom('none')), 0);
  });
});
