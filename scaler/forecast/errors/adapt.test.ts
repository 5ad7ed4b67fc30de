import assert from 'node:assert/strict';
import { whiteNoise } from '../../shared/noise.js';
import { adaptedCoverage, adaptedErrors, type Pace } from './adapt.js';
import { quantileOfSorted } from './quantile-of-sorted.js';

const pace: Pace = { quantile: 0.9, rate: 0.05, stride: 1, lagSteps: 4 };

/** Errors of one size to both sides, then errors of the same mean size of which few are large (exponential). */
function becomingSpiky(seed: number, changeAt: number, count: number): Float64Array {
  const random = whiteNoise(seed);
  return Float64Array.from({ length: count }, (_, i) => {
    const sign = random(2 * i) < 0.5 ? -1 : 1;
    return sign * (i < changeAt ? 0.9 + 0.2 * random(2 * i + 1) : -Math.log(1 - random(2 * i + 1)));
  });
}

/** Share of the errors from `from` on that the bound of all errors before each covers. */
function coverage(errors: Float64Array, from: number, boundOf: (before: Float64Array) => number): number {
  let covered = 0;
  for (let i = from; i < errors.length; i++)
    if (errors[i]! <= boundOf(errors.subarray(0, i - pace.lagSteps + 1))) covered++;
  return covered / (errors.length - from);
}

describe('adaptive conformal inference', () => {
  it('widens the bound after a miss and narrows it after a hit, as worked out by hand', () => {
    const errors = Float64Array.of(1, 2, 4, -1, -2, -3, -4, 0.5, 3);
    // The median is 0.5, the 0.8 quantile 3 (the 8th of 9): the bound is at 0.5 + 2.5 * spread. A miss adds
    // 0.5 * 0.8, a hit takes 0.5 * 0.2 off: 1, 0.9, 0.8, (4 is beyond 2.5) 1.2, 1.1, 1, 0.9, 0.8, 0.7, (3 is beyond 2.25) 1.1.
    const adapted = adaptedErrors(errors, { quantile: 0.8, rate: 0.5, stride: 1, lagSteps: 1 });
    const byHand = [-4.45, -3.35, -2.25, -1.15, 0.5, 1.05, 2.15, 3.25, 4.35];
    assert.deepEqual(
      [...adapted].map((error) => Number(error.toFixed(9))),
      byHand,
    );
  });

  it('covers the quantile soon after errors have become of another kind, where fixed errors do not', () => {
    for (let seed = 0; seed < 8; seed++) {
      const errors = becomingSpiky(seed, 1500, 2500);
      const fixed = coverage(errors, 1700, (before) => quantileOfSorted(before.slice().sort(), 0.9));
      const adapted = coverage(errors, 1700, (before) => quantileOfSorted(adaptedErrors(before, pace), 0.9));
      assert.ok(fixed < 0.87, `seed ${seed}: without it ${fixed}, or this test shows nothing`);
      assert.ok(Math.abs(adapted - 0.9) < 0.03, `seed ${seed}: ${adapted}`);
    }
  });

  it('says how much of the newer half it would have covered', () => {
    for (let seed = 0; seed < 8; seed++) {
      const share = adaptedCoverage(becomingSpiky(seed, 800, 2000), pace);
      assert.ok(Math.abs(share - 0.9) < 0.03, `seed ${seed}: ${share}`);
    }
  });

  it('is not moved by a night without load', () => {
    const errors = becomingSpiky(1, 0, 600);
    const night = new Float64Array(errors.length + 144);
    night.set(errors);
    const largest = (adapted: Float64Array) => adapted.at(-1)! / errors.slice().sort().at(-1)!;
    const afterNight = largest(adaptedErrors(night, pace));
    // Every tenth error is a miss by day; in a night of 144 hits the bound would shrink by more than half.
    assert.ok(afterNight > 0.85 * largest(adaptedErrors(errors, pace)), String(afterNight));
  });

  it('is not moved by an incident', () => {
    const errors = becomingSpiky(1, 0, 600);
    const withIncident = errors.slice();
    withIncident.fill(100, 580, 590);
    const tenth = (adapted: Float64Array) => adapted[Math.floor(0.9 * errors.length)]!;
    const moved = tenth(adaptedErrors(withIncident, pace)) / tenth(adaptedErrors(errors, pace));
    // Ten misses would widen it by 10 * 0.05 * 0.9. The incident itself makes the 0.9 quantile a little larger.
    assert.ok(moved < 1.2, String(moved));
  });

  it('leaves errors as they are at the median and below, without errors, and where nearly all are 0', () => {
    const errors = becomingSpiky(1, 0, 100);
    for (const quantile of [0.1, 0.5])
      assert.deepEqual(adaptedErrors(errors, { ...pace, quantile }), errors.slice().sort());
    assert.deepEqual(adaptedErrors(new Float64Array(0), pace), new Float64Array(0));
    assert.equal(adaptedCoverage(new Float64Array(0), pace), 0);
    const rare = Float64Array.from({ length: 100 }, (_, i) => (i === 50 ? 7 : 0));
    assert.deepEqual(adaptedErrors(rare, pace), rare.slice().sort());
  });

  it('passes over what is unknown', () => {
    const errors = becomingSpiky(2, 0, 500);
    const known = adaptedErrors(errors, { ...pace, lagSteps: 1 });
    const withGap = new Float64Array(700).fill(Number.NaN);
    withGap.set(errors, 100);
    assert.deepEqual(adaptedErrors(withGap, { ...pace, lagSteps: 1 }), known);
  });
});
