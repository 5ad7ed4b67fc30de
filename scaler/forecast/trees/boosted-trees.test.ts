import assert from 'node:assert/strict';
import { type BinnedRows, binRows, growTrees, predictByTrees } from './boosted-trees.js';

const COUNT = 1200;
/** Numbers from 0 to 1 that look random and are the same in each run. */
const even = (k: number) => {
  const x = Math.sin(k * 12.9898) * 43758.5453;
  return x - Math.floor(x);
};
const twoFeatures = Float64Array.from({ length: 2 * COUNT }, (_, k) => even(k));
const learn = (target: (a: number, b: number, row: number) => number) => {
  const rows = binRows(twoFeatures, 2);
  const targets = Float64Array.from({ length: COUNT }, (_, r) =>
    target(twoFeatures[2 * r]!, twoFeatures[2 * r + 1]!, r),
  );
  return growTrees(rows, targets);
};
const predict = (trees: ReturnType<typeof growTrees>, a: number, b: number) =>
  predictByTrees(trees, Float64Array.of(a, b), 0);
const close = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value}, expected ${expected} +- ${within}`);

describe('boosted trees', () => {
  it('learn what holds only where two things come together, which no weighted sum can', () => {
    const trees = learn((a, b) => (a > 0.5 && b > 0.5 ? 10 : 0));
    // After 20 trees with a rate of 0.2, 1 % of the first error is left (0.8 to the power of 20).
    close(predict(trees, 0.9, 0.9), 10, 0.5);
    close(predict(trees, 0.9, 0.1), 0, 0.5);
    close(predict(trees, 0.1, 0.9), 0, 0.5);
  });

  it('predict the median, so that a few wild rows do not pull it', () => {
    const trees = learn((_a, _b, row) => (row % 10 === 0 ? 1000 : 5));
    for (const a of [0.1, 0.5, 0.9]) close(predict(trees, a, even(a)), 5, 0.01);
  });

  it('stay with the median where there is nothing to learn', () => {
    close(
      predict(
        learn(() => 3),
        0.3,
        0.3,
      ),
      3,
      0,
    );
  });

  it('make no split that leaves fewer than 4 rows on a side', () => {
    const rows: BinnedRows = binRows(
      Float64Array.from({ length: COUNT }, (_, r) => (r < 3 ? 0 : 1)),
      1,
    );
    const trees = growTrees(
      rows,
      Float64Array.from({ length: COUNT }, (_, r) => (r < 3 ? -50 : 5)),
    );
    assert.equal(predictByTrees(trees, Float64Array.of(0), 0), 5);
  });

  it('answer values beyond all that were seen like the outermost that were', () => {
    const trees = learn((a) => 10 * a);
    assert.equal(predict(trees, 7, 0.5), predict(trees, 0.9999, 0.5));
    assert.equal(predict(trees, -7, 0.5), predict(trees, 0.0001, 0.5));
  });

  it('look at the first rows only, as many as there are targets', () => {
    const rows = binRows(twoFeatures, 2);
    const targets = Float64Array.from({ length: 600 }, (_, r) => twoFeatures[2 * r]!);
    const other = twoFeatures.slice();
    const trees = growTrees(rows, targets);
    assert.ok(Math.abs(predict(trees, 0.8, 0.2) - 0.8) < 0.1);
    assert.deepEqual(growTrees(binRows(other, 2), targets), trees);
  });
});
