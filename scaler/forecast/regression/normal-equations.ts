/**
 * Weighted least squares by its normal equations: rows are added one by one in O(k^2), a solution takes O(k^3).
 * The matrix is kept as its upper triangle, row by row.
 */
interface NormalEquations {
  readonly size: number;
  readonly matrix: Float64Array;
  readonly right: Float64Array;
}

export function normalEquations(size: number): NormalEquations {
  return {
    size,
    matrix: new Float64Array((size * (size + 1)) / 2),
    right: new Float64Array(size),
  };
}

/** Adds a row of `size` features at `features[at...]`, whose target is `target`, with a weight. */
export function addRow(
  { size, matrix, right }: NormalEquations,
  features: Float64Array,
  at: number,
  target: number,
  weight: number,
): void {
  let cell = 0;
  for (let i = 0; i < size; i++) {
    const weighted = weight * features[at + i]!;
    right[i]! += weighted * target;
    for (let j = i; j < size; j++) matrix[cell++]! += weighted * features[at + j]!;
  }
}

/**
 * Solves by Cholesky's decomposition.
 *
 * @param ridge added to the diagonal, except for the first feature, the constant: it keeps features that tell the same
 * from large weights against each other
 */
export function solve({ size, matrix, right }: NormalEquations, ridge: number): Float64Array {
  const factor = matrix.slice();
  const solution = right.slice();
  // Row i of the upper factor begins at i * size - i * (i - 1) / 2; `start` points at its column 0.
  const start = (i: number) => i * size - (i * (i + 1)) / 2;
  for (let i = 0; i < size; i++) {
    const row = start(i);
    factor[row + i]! += i === 0 ? 1e-9 * ridge : ridge;
    for (let k = 0; k < i; k++) {
      const above = start(k);
      const scale = factor[above + i]!;
      for (let j = i; j < size; j++) factor[row + j]! -= scale * factor[above + j]!;
      solution[i]! -= scale * solution[k]!;
    }
    const pivot = Math.sqrt(Math.max(factor[row + i]!, 1e-9 * ridge));
    for (let j = i; j < size; j++) factor[row + j]! /= pivot;
    solution[i]! /= pivot;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = start(i);
    for (let j = i + 1; j < size; j++) solution[i]! -= factor[row + j]! * solution[j]!;
    solution[i]! /= factor[row + i]!;
  }
  return solution;
}
