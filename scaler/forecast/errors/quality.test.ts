import assert from 'node:assert/strict';
import { weightAt, weightsOfErrors } from '../pool/weights.js';
import { measureQuality, trustIn } from './quality.js';
import { quantileOfSorted } from './quantile-of-sorted.js';

describe('quantileOfSorted', () => {
  it('takes the k-th smallest of n with k = (n + 1) q', () => {
    const sorted = Float64Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90);
    assert.equal(quantileOfSorted(sorted, 0.9), 90);
    assert.equal(quantileOfSorted(sorted, 0.5), 50);
    assert.equal(quantileOfSorted(sorted, 0.55), 55);
    assert.equal(quantileOfSorted(sorted, 0.999), 90);
    assert.equal(quantileOfSorted(sorted, 0.001), 10);
    assert.equal(quantileOfSorted(new Float64Array(0), 0.9), 0);
  });
});

describe('measureQuality', () => {
  const ones = new Float64Array(8).fill(1);

  it('lets the newer half judge the bound of the older half', () => {
    // Older errors 0, 1, 2, 3: their 0.5 quantile is 1.5. Newer ones are 1, 2, 4, 1.
    const errors = Float64Array.of(0, 1, 2, 3, 1, 2, 4, 1);
    const { modelError, samples } = measureQuality(errors, errors, ones, 0.5);
    // At 0.5 it is the mean absolute distance.
    assert.equal(modelError, (0.5 + 0.5 + 2.5 + 0.5) / 4);
    assert.equal(samples, 8);
  });

  it('makes too low 9 times as dear as too high at a quantile of 0.9', () => {
    const quiet = new Float64Array(4);
    const judge = (error: number) =>
      measureQuality(Float64Array.of(...quiet, error, error), new Float64Array(6), ones, 0.9).modelError;
    // Of six errors three set the bound, 0, and of the other three two are not 0.
    assert.ok(Math.abs(judge(3) / judge(-3) - 9) < 1e-9);
  });

  it('trusts a model by what it gains over the last value, and not at all without a gain', () => {
    const trust = (modelError: number, lastValueError = 1) => trustIn({ modelError, lastValueError });
    assert.deepEqual([trust(2), trust(1), trust(0.94), trust(0.5)], [0, 0, 1, 1]);
    assert.ok(Math.abs(trust(0.97) - 0.5) < 1e-9);
    assert.equal(trust(0, 0), 0);
  });
});

describe('weights', () => {
  it('favour the better member strongly, and sum to 1', () => {
    const weights = weightsOfErrors([1, 1.2, 2]);
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
    assert.ok(weights[0]! > 0.85 && weights[1]! > weights[2]!);
    assert.deepEqual(weightsOfErrors([0, 0, 5]), [0.5, 0.5, 0]);
  });

  it('change along a line between the horizons at which they were measured', () => {
    const weights = [[1], [0.5], [0]];
    const at = [0.5, 1, 2, 6, 15, 24, 99].map((ahead) => weightAt(weights, [1, 6, 24], 0, ahead));
    assert.deepEqual(at, [1, 1, 0.9, 0.5, 0.25, 0, 0]);
  });
});
