import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LARGEST_VALUE, metricScale, metricSpec, metricValue } from './metric-values.js';

const largestInt64 = 2n ** 63n - 1n;

/** Thresholds as people write them: up to nine digits, often few, from millionths to trillions. */
const threshold = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 999_999_999 })),
    fc.integer({ min: -6, max: 6 }),
  )
  .map(([digits, exponent]) => Number(`${digits}e${exponent}`));

function answer(limit: number, value: number) {
  const scale = metricScale(limit);
  return { ...metricSpec('load', scale), ...metricValue('load', value, scale) } as Record<string, number>;
}

/** What KEDA up to 2.20 makes of a pair: thousandths in an int64, the rest cut off (pkg/scalers/scaler.go). */
function thousandths(value: number): bigint {
  return BigInt(Math.trunc(value * 1000));
}

describe('metric values on the wire', () => {
  for (const [limit, value, integers, doubles] of [
    [100, 250, [100, 250], [100, 250]],
    [100, 250.2, [100, 251], [100, 250.2]],
    [2.5, 7, [25, 70], [2.5, 7]],
    [0.25, 1.1, [25, 110], [0.25, 1.1]],
    [0.1, 0.3, [1, 3], [0.1, 0.3]],
    [0.07, 0.21, [7, 21], [0.07, 0.21]],
    [120.5, 241, [1205, 2410], [120.5, 241]],
  ] as const) {
    it(`scale threshold ${limit} and value ${value} to ${integers.join(' and ')}, and keep the doubles`, () => {
      const { targetSize, metricValue, targetSizeFloat, metricValueFloat } = answer(limit, value);
      assert.deepEqual([targetSize, metricValue], integers);
      assert.deepEqual([targetSizeFloat, metricValueFloat], doubles);
    });
  }

  it('give integers the ratio of value to threshold, rounded up by less than one part of the target', () => {
    fc.assert(
      fc.property(threshold, fc.double({ min: 1e-300, max: 1e6, noNaN: true }), (limit, replicas) => {
        fc.pre(limit * replicas * metricScale(limit).integerFactor < LARGEST_VALUE);
        const { targetSize, metricValue } = answer(limit, limit * replicas);
        const ratio = metricValue! / targetSize!;
        const rounding = replicas * 1e-14;
        assert.ok(ratio >= replicas - rounding, `${ratio} asks for less than ${replicas}`);
        assert.ok(ratio <= replicas + 1 / targetSize! + rounding, `${ratio} asks for more than ${replicas}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('give doubles exactly the ratio of value to threshold', () => {
    fc.assert(
      fc.property(threshold, fc.double({ min: 1e-9, max: 1e4, noNaN: true }), (limit, replicas) => {
        const { targetSizeFloat, metricValueFloat } = answer(limit, limit * replicas);
        assert.ok(Math.abs(metricValueFloat! / targetSizeFloat! - replicas) <= replicas * 1e-14);
      }),
      { numRuns: 2000 },
    );
  });

  it('keep the ratio within the tolerance of the HPA after KEDA has cut both to thousandths', () => {
    fc.assert(
      fc.property(threshold, fc.double({ min: 1, max: 1e4, noNaN: true }), (limit, replicas) => {
        const { targetSizeFloat, metricValueFloat } = answer(limit, limit * replicas);
        const target = thousandths(targetSizeFloat!);
        assert.ok(target > 0n, 'a target of nothing');
        const ratio = Number(thousandths(metricValueFloat!)) / Number(target);
        assert.ok(Math.abs(ratio - replicas) <= 0.1 * replicas + 1e-9, `${ratio} for ${replicas}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('answer whole numbers that KEDA can hold a thousandfold in an int64, for any threshold and value', () => {
    fc.assert(
      fc.property(
        fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
        fc.double({ noNaN: true }),
        (limit, value) => {
          const { targetSize, targetSizeFloat, metricValue, metricValueFloat } = answer(limit, value);
          for (const whole of [targetSize!, metricValue!]) assert.ok(Number.isInteger(whole), String(whole));
          assert.ok(targetSize! >= 1 && targetSizeFloat! > 0);
          for (const number of [targetSize!, targetSizeFloat!, metricValue!, metricValueFloat!])
            assert.ok(number >= 0 && thousandths(number) <= largestInt64, String(number));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('never mix scales: where KEDA takes a double for the target and the integer for the value, both are 0', () => {
    fc.assert(
      fc.property(threshold, fc.double({ noNaN: true }), (limit, value) => {
        const { targetSizeFloat, metricValue, metricValueFloat } = answer(limit, value);
        assert.ok(targetSizeFloat! > 0);
        if (!(metricValueFloat! > 0)) assert.equal(metricValue, 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('answer 0 for 0 and for what is below it', () => {
    for (const value of [0, -0, -3, Number.NEGATIVE_INFINITY]) {
      const { metricValue, metricValueFloat } = answer(2.5, value);
      assert.deepEqual([metricValue, metricValueFloat], [0, 0]);
    }
  });

  it('keep a threshold of thousandths of thousandths apart from nothing', () => {
    const { targetSize, targetSizeFloat, metricValue, metricValueFloat } = answer(0.000004, 0.00001);
    assert.deepEqual([targetSize, targetSizeFloat], [4, 4]);
    assert.equal(metricValue, 10);
    assert.ok(Math.abs(metricValueFloat! - 10) < 1e-12);
  });

  it('hold integers past 2^53 exactly', () => {
    assert.equal(answer(1, 2 ** 53 + 2).metricValue, 9_007_199_254_740_994);
  });

  it('refuse a threshold that is not above 0 and a value that is not a number', () => {
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => metricScale(wrong), /threshold is .*, expected a finite number above 0/);
    assert.throws(() => metricValue('load', Number.NaN, metricScale(1)), /the value of load is not a number/);
  });
});
