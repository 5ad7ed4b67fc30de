import { quickselect } from 'simple-statistics';
import type { BoostedTrees } from '../types.js';

const TREES = 20;
/** Splits from the root of a tree to a leaf. */
const DEPTH = 3;
const LEAVES = 2 ** DEPTH;
const SPLITS = LEAVES - 1;
/** Share of its correction that a tree applies; the next trees see the rest. */
const LEARNING_RATE = 0.2;
/** The fewest rows on a side of a split. */
const LEAST_ROWS = 4;
/** Features are compared by bins of about the same number of rows. */
const BINS = 32;
/** Rows whose features are sorted to find the bins; more change little. */
const ROWS_FOR_BINS = 512;

/** Rows to learn from, with the bin of each feature in place of its value. */
export interface BinnedRows {
  readonly featureCount: number;
  /** Bins of each row's features, one row after the other. */
  readonly bins: Uint8Array;
  /** Highest value of each bin, feature by feature; the last one has no bound. */
  readonly bounds: Float64Array;
}

/** @param features of each row, one row after the other */
export function binRows(features: Float64Array, featureCount: number): BinnedRows {
  const count = features.length / featureCount;
  const bounds = new Float64Array(featureCount * BINS);
  const bins = new Uint8Array(features.length);
  const stride = Math.ceil(count / ROWS_FOR_BINS);
  const sorted = new Float64Array(Math.ceil(count / stride));
  for (let f = 0; f < featureCount; f++) {
    for (let i = 0; i < sorted.length; i++) sorted[i] = features[i * stride * featureCount + f]!;
    sorted.sort();
    const from = f * BINS;
    for (let k = 0; k < BINS - 1; k++)
      bounds[from + k] = sorted[Math.floor(((k + 1) * sorted.length) / BINS)]!;
    bounds[from + BINS - 1] = Number.POSITIVE_INFINITY;
    for (let place = f; place < features.length; place += featureCount) {
      const value = features[place]!;
      let low = from;
      for (let half = BINS >> 1; half >= 1; half >>= 1) if (bounds[low + half - 1]! < value) low += half;
      bins[place] = low - from;
    }
  }
  return { featureCount, bins, bounds };
}

/** One row in a sum of bins: the upper half of the number counts rows, the lower half those above their forecast. */
const ROW = 2 ** 16;

/**
 * Grows boosted regression trees to the least absolute error: each tree is grown to the signs of the errors so far, and its
 * leaves hold the median error of their rows.
 *
 * Sources: Friedman (2001), "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, algorithm
 * 3 (LAD_TreeBoost); bins as in Ke and others (2017), "LightGBM".
 *
 * @param targets one for each of the first rows, 32,767 at most; rows after them are not used
 */
export function growTrees(rows: BinnedRows, targets: Float64Array): BoostedTrees {
  const { featureCount, bounds } = rows;
  const count = targets.length;
  const start = medianOf(Array.from(targets), count);
  const grown = {
    start,
    feature: new Uint8Array(TREES * SPLITS),
    threshold: new Float64Array(TREES * SPLITS).fill(Number.POSITIVE_INFINITY),
    leaf: new Float64Array(TREES * LEAVES),
  };
  const errors = targets.map((target) => target - start);
  const sums = Array.from({ length: SPLITS }, () => new Int32Array(featureCount * BINS));
  const order = new Int32Array(count);
  const room = new Int32Array(count);
  const ofLeaf = new Array<number>(count).fill(0);
  // Node k has its children at 2k + 1 and 2k + 2; its rows are order[begins[k]] to order[ends[k] - 1].
  const begins = new Int32Array(SPLITS + LEAVES);
  const ends = new Int32Array(SPLITS + LEAVES);

  // Few errors change their sign from tree to tree, so the sums of all rows are updated by those rows only.
  const allSums = new Int32Array(featureCount * BINS);
  for (let r = 0; r < count; r++) addRow(rows, r, errors[r]! > 0 ? ROW + 1 : ROW, allSums);

  for (let tree = 0; tree < TREES; tree++) {
    for (let r = 0; r < count; r++) order[r] = r;
    ends[0] = count;
    sums[0]!.set(allSums);
    const splits = tree * SPLITS;
    for (let node = 0; node < SPLITS; node++) {
      const begin = begins[node]!;
      const end = ends[node]!;
      const best = bestSplit(sums[node]!);
      let middle = end;
      if (best >= 0) {
        const feature = Math.floor(best / BINS);
        grown.feature[splits + node] = feature;
        grown.threshold[splits + node] = bounds[best]!;
        middle = partition(rows, order, room, begin, end, feature, best % BINS);
      }
      const left = 2 * node + 1;
      const right = left + 1;
      begins[left] = begin;
      ends[left] = begins[right] = middle;
      ends[right] = end;
      if (left >= SPLITS) continue;
      const leftIsSmaller = middle - begin < end - middle;
      const smaller = leftIsSmaller ? left : right;
      sumBins(rows, errors, order, begins[smaller]!, ends[smaller]!, sums[smaller]!);
      subtract(sums[node]!, sums[smaller]!, sums[leftIsSmaller ? right : left]!);
    }
    const leaves = tree * LEAVES;
    for (let k = 0; k < LEAVES; k++) {
      const begin = begins[SPLITS + k]!;
      const end = ends[SPLITS + k]!;
      for (let i = begin; i < end; i++) ofLeaf[i - begin] = errors[order[i]!]!;
      const value = LEARNING_RATE * medianOf(ofLeaf, end - begin);
      grown.leaf[leaves + k] = value;
      for (let i = begin; i < end; i++) {
        const r = order[i]!;
        const wasAbove = errors[r]! > 0;
        errors[r]! -= value;
        if (errors[r]! > 0 !== wasAbove) addRow(rows, r, wasAbove ? -1 : 1, allSums);
      }
    }
  }
  return grown;
}

/** The median of the first `count` values, the lower one of two; 0 of none. Changes the order of the values. */
function medianOf(values: number[], count: number): number {
  if (count === 0) return 0;
  const middle = (count - 1) >> 1;
  quickselect(values, middle, 0, count - 1);
  return values[middle]!;
}

/** What trees predict for the features at `features[at...]`. */
export function predictByTrees(
  { start, feature, threshold, leaf }: BoostedTrees,
  features: Float64Array,
  at: number,
): number {
  let sum = start;
  for (let tree = 0; tree < TREES; tree++) {
    const splits = tree * SPLITS;
    let node = 0;
    while (node < SPLITS)
      node = 2 * node + (features[at + feature[splits + node]!]! > threshold[splits + node]! ? 2 : 1);
    sum += leaf[tree * LEAVES + node - SPLITS]!;
  }
  return sum;
}

/** Sums rows by bin of each feature: `sums[feature * BINS + bin]`. */
function sumBins(
  rows: BinnedRows,
  errors: Float64Array,
  order: Int32Array,
  begin: number,
  end: number,
  sums: Int32Array,
): void {
  sums.fill(0);
  for (let i = begin; i < end; i++) {
    const r = order[i]!;
    addRow(rows, r, errors[r]! > 0 ? ROW + 1 : ROW, sums);
  }
}

/** Adds to the sum of the row's bin of each feature. */
function addRow({ featureCount, bins }: BinnedRows, row: number, added: number, sums: Int32Array): void {
  let place = row * featureCount;
  for (let base = 0; base < sums.length; base += BINS) sums[base + bins[place++]!]! += added;
}

function subtract(all: Int32Array, part: Int32Array, rest: Int32Array): void {
  for (let place = 0; place < all.length; place++) rest[place] = all[place]! - part[place]!;
}

/** Place in `sums` of the split whose two sides differ most in the signs of their errors; -1 when none leaves enough rows on both. */
function bestSplit(sums: Int32Array): number {
  let all = 0;
  for (let bin = 0; bin < BINS; bin++) all += sums[bin]!;
  const count = all >>> 16;
  const signs = 2 * (all & (ROW - 1)) - count;
  // A split must gain more than rounding would.
  let most = (signs * signs) / count + 1e-9 * count;
  let best = -1;
  for (let base = 0; base < sums.length; base += BINS) {
    let below = 0;
    for (let bin = 0; bin < BINS - 1; bin++) {
      below += sums[base + bin]!;
      const left = below >>> 16;
      const right = count - left;
      if (left < LEAST_ROWS) continue;
      if (right < LEAST_ROWS) break;
      const signsLeft = 2 * (below & (ROW - 1)) - left;
      const signsRight = signs - signsLeft;
      const gain = (signsLeft * signsLeft) / left + (signsRight * signsRight) / right;
      if (gain <= most) continue;
      most = gain;
      best = base + bin;
    }
  }
  return best;
}

/** Moves the rows whose feature is above a bin behind the others and keeps the order within both; returns where they begin. */
function partition(
  { featureCount, bins }: BinnedRows,
  order: Int32Array,
  room: Int32Array,
  begin: number,
  end: number,
  feature: number,
  bin: number,
): number {
  let middle = begin;
  let above = 0;
  for (let i = begin; i < end; i++) {
    const r = order[i]!;
    if (bins[r * featureCount + feature]! > bin) room[above++] = r;
    else order[middle++] = r;
  }
  for (let i = 0; i < above; i++) order[middle + i] = room[i]!;
  return middle;
}
