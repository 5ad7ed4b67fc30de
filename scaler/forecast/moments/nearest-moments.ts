import { meanUpTo, type Readable, sameTimeBefore } from '../regression/features.js';
import { fromPastScale } from '../regression/recent-past.js';

/** Steps that are compared to tell how similar two moments are; the newest counts most. */
const PATTERN_STEPS = 12;
const FADING = 0.8;
/** Share of the difference between two levels that is ignored. */
const LEVEL_TAKEN_OUT = 0.5;
/** Each day of age adds this share to a moment's distance. */
const DEARER_EACH_DAY = 0.02;
/** Moments within half an hour of the same time of day are compared. */
const REACH_OF_DAY = 1 / 48;
const MOST_MOMENTS = 8;
const FEWEST_MOMENTS = 3;

const PATTERN = Float64Array.from({ length: PATTERN_STEPS }, (_, j) => FADING ** j);
const PATTERN_SUM = PATTERN.reduce((sum, weight) => sum + weight, 0);
const steps = new Int32Array(MOST_MOMENTS);
const distances = new Float64Array(MOST_MOMENTS);

/**
 * Forecasts from the past moments that were most similar to step `t`: the changes that followed them, weighted by similarity,
 * are added to the value at `t`. A k-nearest-neighbor forecast (Yakowitz 1987, "Nearest-neighbour methods for time series analysis").
 *
 * @param out `count` values are written from `at` on; NaN where the past holds too few moments.
 */
export function forecastByMoments(
  read: Readable,
  t: number,
  count: number,
  out: Float64Array,
  at: number,
): void {
  const found = findMoments(read, t, count);
  if (found < FEWEST_MOMENTS) {
    out.fill(Number.NaN, at, at + count);
    return;
  }
  const { calm } = read;
  const now = read.raw[t - read.rawFrom]!;
  let weights = 0;
  for (let m = 0; m < found; m++) weights += 1 / distances[m]!;
  for (let h = 1; h <= count; h++) {
    let change = 0;
    for (let m = 0; m < found; m++) change += (calm[steps[m]! + h]! - calm[steps[m]!]!) / distances[m]!;
    out[at + h - 1] = fromPastScale(read.past, now + change / weights);
  }
}

/** Writes the moments most similar to `t`, the most similar first, to `steps` and `distances`; returns how many there are. */
function findMoments(read: Readable, t: number, count: number): number {
  const { raw, rawFrom, rawSums, calm, calmSums, daySteps } = read;
  const now = t - rawFrom;
  const reach = Math.max(1, Math.round(daySteps * REACH_OF_DAY));
  const here = meanUpTo(raw, rawSums, now, PATTERN_STEPS);
  let found = 0;
  for (let day = 1; ; day++) {
    const same = sameTimeBefore(read, t, day);
    if (same + reach < PATTERN_STEPS) return found;
    const age = 1 + DEARER_EACH_DAY * day;
    let s = Math.max(PATTERN_STEPS, same - reach);
    let level = meanUpTo(calm, calmSums, s - 1, PATTERN_STEPS);
    for (; s <= same + reach && s + count <= t; s++) {
      level += (calm[s]! - calm[s - PATTERN_STEPS]!) / PATTERN_STEPS;
      const shift = LEVEL_TAKEN_OUT * (here - level);
      const most = found < MOST_MOMENTS ? Number.POSITIVE_INFINITY : distances[found - 1]!;
      const enough = (most / age) * PATTERN_SUM;
      let sum = 0;
      for (let j = 0; j < PATTERN_STEPS && sum < enough; j++)
        sum += PATTERN[j]! * Math.abs(raw[now - j]! - calm[s - j]! - shift);
      const distance = age * (sum / PATTERN_SUM) + 1e-6;
      if (distance >= most) continue;
      if (found < MOST_MOMENTS) found++;
      let place = found - 1;
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!;
        steps[place] = steps[place - 1]!;
      }
      distances[place] = distance;
      steps[place] = s;
    }
  }
}
