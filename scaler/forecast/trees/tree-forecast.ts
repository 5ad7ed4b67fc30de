import type { Origins } from '../origins.js';
import {
  featureCount,
  LEAD_STEPS,
  meanOfLastDay,
  NOW,
  type Readable,
  readFeatures,
} from '../regression/features.js';
import { fromPastScale } from '../regression/recent-past.js';
import { firstReadable } from '../regression/regression.js';
import type { TreeForecaster } from '../types.js';
import { binRows, growTrees, predictByTrees } from './boosted-trees.js';

/** Forecasts of the past are made by trees grown from the older half of the rows: they know nothing of what came later. */
const GROWN_AFTER = 1 / 2;
/** More rows cost time and change little. */
const MOST_ROWS = 4032;

/** Trees that were grown, and the forecasts that they would have made in the past. */
interface FittedTrees {
  readonly trees: TreeForecaster;
  /** `horizonSteps` forecasts for each origin; NaN where too little had come before it. */
  readonly replayed: Float64Array;
}

/**
 * Boosted trees that forecast one step ahead from the features of the regression, and further steps from their own forecasts.
 * They learn what a weighted sum cannot express: that a rise in the morning goes on and one at night does not.
 *
 * @param known values of the series, NaN where unknown: such steps are no targets
 * @param daySlots times of day of the steps of the series and of a horizon after it
 * @returns undefined when the history is too short to learn from
 */
export function fitTrees(
  read: Readable,
  known: Float64Array,
  { steps, horizonSteps }: Origins,
  daySlots: Int32Array,
): FittedTrees | undefined {
  const { daySteps, raw } = read;
  const n = known.length;
  const hasWeek = n >= 8.5 * daySteps;
  const first = firstReadable(daySteps, hasWeek, read.clockSteps !== undefined);
  if (horizonSteps + 3 >= daySteps / 2 || n - first < daySteps + horizonSteps) return undefined;
  const size = featureCount(hasWeek);
  const stride = Math.ceil((n - 1 - first) / MOST_ROWS);
  const most = Math.ceil((n - 1 - first) / stride);
  const features = new Float64Array(most * size);
  const targets = new Float64Array(most);
  const stepOf = new Int32Array(most);
  let count = 0;
  for (let t = n - 2 - (most - 1) * stride; t < n - 1; t += stride) {
    if (Number.isNaN(known[t]! + known[t + 1]!)) continue;
    readRelative(read, t, meanOfLastDay(read, t), hasWeek, daySlots[t + 1]!, features, count * size);
    targets[count] = Math.fround(raw[t + 1]! - raw[t]!);
    stepOf[count++] = t;
  }
  const binned = binRows(features.subarray(0, count * size), size);
  const grow = (rows: number): TreeForecaster => ({
    hasWeek,
    ...growTrees(binned, targets.subarray(0, rows)),
  });
  const replayed = new Float64Array(steps.length * horizonSteps).fill(Number.NaN);
  const older = Math.floor(GROWN_AFTER * count);
  if (older >= daySteps / 2) {
    const trees = grow(older);
    steps.forEach((t, i) => {
      if (t <= stepOf[older - 1]!) return;
      const slotsAhead = daySlots.subarray(t + 1, t + 1 + horizonSteps);
      forecastSteps(trees, read, t, slotsAhead, replayed, i * horizonSteps);
    });
  }
  return { trees: grow(count), replayed };
}

/** What trees expect of the steps after the newest one of `read`, whose times of day are `daySlots`. */
export function projectTrees(trees: TreeForecaster, read: Readable, daySlots: Int32Array): Float64Array {
  const out = new Float64Array(daySlots.length);
  forecastSteps(trees, read, read.calm.length - 1, daySlots, out, 0);
  return out;
}

function forecastSteps(
  trees: TreeForecaster,
  read: Readable,
  t: number,
  daySlots: Int32Array,
  out: Float64Array,
  at: number,
): void {
  const count = daySlots.length;
  const rawFrom = t + 1 - LEAD_STEPS;
  const raw = new Float64Array(LEAD_STEPS + count);
  for (let k = 0; k < LEAD_STEPS; k++) raw[k] = read.raw[rawFrom + k - read.rawFrom]!;
  // Forecasts are appended to the known values, so that they are part of the next step's features.
  const ahead: Readable = { ...read, raw, rawFrom, rawSums: undefined };
  const lastDay = meanOfLastDay(read, t);
  const features = new Float64Array(featureCount(trees.hasWeek));
  for (let h = 0; h < count; h++) {
    readRelative(ahead, t + h, lastDay, trees.hasWeek, daySlots[h]!, features, 0);
    const next = raw[LEAD_STEPS - 1 + h]! + predictByTrees(trees, features, 0);
    raw[LEAD_STEPS + h] = next;
    out[at + h] = fromPastScale(read.past, next);
  }
}

/**
 * Features of a forecast made at step `t` for the next one. All but the load now are differences from it, because what trees
 * learn about a difference holds at any level. The time of day takes the place of the regression's constant. Single precision
 * puts values that differ only by rounding on the same side of a split.
 */
function readRelative(
  read: Readable,
  t: number,
  lastDay: number,
  hasWeek: boolean,
  daySlot: number,
  out: Float64Array,
  at: number,
): void {
  readFeatures(read, t, 1, lastDay, hasWeek, out, at);
  out[at] = daySlot;
  const end = at + featureCount(hasWeek);
  const now = out[at + NOW]!;
  for (let k = at; k < end; k++) if (k !== at && k !== at + NOW) out[k] = Math.fround(out[k]! - now);
  out[at + NOW] = Math.fround(now);
}
