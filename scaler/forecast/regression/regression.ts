import type { Origins } from '../origins.js';
import type { Regression } from '../types.js';
import {
  featureCount,
  LEAD_STEPS,
  meanOfLastDay,
  NOW_OF_YESTERDAY,
  type Readable,
  readFeatures,
  SAME_TIME_YESTERDAY,
} from './features.js';
import { addRow, normalEquations, solve } from './normal-equations.js';
import { fromPastScale } from './recent-past.js';

/** Steps ahead that have a solution of their own, up to the horizon; between them weights are interpolated. */
const SOLVED_AT = [1, 3, 8, 24, 72];
/** Rows count half after this many days. */
const HALF_LIFE_DAYS = 7;
/** In units of one ordinary row. */
const RIDGE = 0.03;
/** More rows cost time and change little. */
const MOST_ROWS = 672;
/** A row whose error is below this share of the mean error weighs no more than one with this share. */
const SMALLEST_ERROR = 0.1;

/** A regression that was fitted, and the forecasts that it would have made in the past. */
interface FittedRegression {
  readonly regression: Regression;
  /** `horizonSteps` forecasts for each origin, each by weights that knew only what came before the day of the origin; NaN before the first day. */
  readonly replayed: Float64Array;
}

/**
 * Direct multi-step regression on seasonal lags: for a number of steps ahead h it forecasts z[t + h] - z[t] as a weighted sum
 * of recent values, of values at the same time on earlier days, and of how those days went on. It minimizes the absolute
 * error, by weights of 1 / |error| (iteratively reweighted least squares) and a ridge.
 *
 * Rows are added to the normal equations in the order of time, and the equations are solved after each day. Replayed
 * forecasts use the solution of their day. A second pass, with the errors of the last solution, gives the weights in use.
 *
 * Sources: Marcellino, Stock and Watson (2006), "A comparison of direct and iterated multistep AR methods", J. Econometrics
 * 135; Lago, Marcjasz, De Schutter and Weron (2021) on LEAR, Applied Energy 293.
 *
 * @param known values of the series, NaN where unknown: such steps are no targets
 * @returns undefined when the history is too short to learn from
 */
export function fitRegression(
  read: Readable,
  known: Float64Array,
  { steps, horizonSteps }: Origins,
): FittedRegression | undefined {
  const { daySteps } = read;
  const n = known.length;
  const hasWeek = n >= 8.5 * daySteps;
  const first = firstReadable(daySteps, hasWeek, read.clockSteps !== undefined);
  if (horizonSteps + 3 >= daySteps / 2 || n - first < daySteps + horizonSteps) return undefined;
  const solvedAt = [...SOLVED_AT.filter((ahead) => ahead < horizonSteps), horizonSteps];
  const size = featureCount(hasWeek);
  const days = Math.ceil((n - first) / daySteps);
  // Weights of each day, then those in use.
  const room = new Float64Array(Math.min(n, MOST_ROWS) * size);
  const solutions = solvedAt.map((ahead) => solveDays(read, known, first, ahead, hasWeek, days, room));
  const regression = { solvedAt, hasWeek, weights: solutions.map((ofDays) => ofDays[days]!) };

  const replayed = new Float64Array(steps.length * horizonSteps).fill(Number.NaN);
  const features = new Float64Array(size);
  for (let i = 0; i < steps.length; i++) {
    const t = steps[i]!;
    const day = Math.floor((t - first) / daySteps);
    if (day < 1) continue;
    const weights = solutions.map((ofDays) => ofDays[day]!);
    forecastSteps({ ...regression, weights }, read, t, horizonSteps, features, replayed, i * horizonSteps);
  }
  return { regression, replayed };
}

/** What a regression expects of the `count` steps after the newest one of `read`. */
export function projectRegression(regression: Regression, read: Readable, count: number): Float64Array {
  const out = new Float64Array(count);
  const features = new Float64Array(featureCount(regression.hasWeek));
  forecastSteps(regression, read, read.calm.length - 1, count, features, out, 0);
  return out;
}

/** Steps of the past that a regression needs. */
export function stepsNeeded(daySteps: number, hasWeek: boolean): number {
  return firstReadable(daySteps, hasWeek, true) + 1;
}

/** The first step whose features can all be read. */
export function firstReadable(daySteps: number, hasWeek: boolean, clockMoves: boolean): number {
  // A clock that moved looks up to an hour further back, two where it moves by more than the hour.
  return (hasWeek ? 7 : 2) * daySteps + LEAD_STEPS + (clockMoves ? Math.ceil(daySteps / 12) : 0);
}

/**
 * Weights after each day's end for one number of steps ahead, then those in use.
 *
 * @param features room for the features of every row
 */
function solveDays(
  read: Readable,
  known: Float64Array,
  first: number,
  ahead: number,
  hasWeek: boolean,
  days: number,
  features: Float64Array,
): Float64Array[] {
  const { raw: values, daySteps } = read;
  const size = featureCount(hasWeek);
  const stride = Math.ceil((values.length - first) / MOST_ROWS);
  const growth = 2 ** (stride / (HALF_LIFE_DAYS * daySteps));
  const rows = Math.floor((values.length - 1 - ahead - first) / stride) + 1;
  const begin = values.length - 1 - ahead - (rows - 1) * stride;
  // Another step of each `stride` from day to day: rows always at the same times of day would miss what happens between.
  const stepOf = (r: number) => begin + r * stride - (Math.floor((r * stride) / daySteps) % stride);
  const targets = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const t = stepOf(r);
    readFeatures(read, t, ahead, meanOfLastDay(read, t), hasWeek, features, r * size);
    targets[r] = values[t + ahead]! - values[t]!;
    if (Number.isNaN(known[t]! + known[t + ahead]!)) targets[r] = Number.NaN;
  }

  const solutions: Float64Array[] = [];
  let weights: Float64Array | undefined;
  let sum = 0;
  let count = 0;
  const pass = (isFirst: boolean) => {
    const equations = normalEquations(size);
    let age = 1;
    for (let r = 0; r < rows; r++, age *= growth) {
      if (isFirst && stepOf(r) + ahead >= first + (solutions.length + 1) * daySteps) {
        weights = solve(equations, RIDGE * age);
        // The first day has no solution of the past: its forecasts are not replayed.
        if (solutions.length === 0) solutions.push(weights);
        solutions.push(weights);
      }
      const target = targets[r]!;
      if (Number.isNaN(target)) continue;
      const expected = weights ? product(weights, features, r * size) : asYesterday(features, r * size);
      const error = Math.abs(target - expected);
      if (isFirst) {
        sum += error;
        count++;
      }
      const scale = sum / count || 1;
      addRow(equations, features, r * size, target, (age * scale) / Math.max(error, SMALLEST_ERROR * scale));
    }
    weights = solve(equations, RIDGE * age);
  };
  pass(true);
  while (solutions.length < days) solutions.push(weights!);
  pass(false);
  solutions[days] = weights!;
  return solutions;
}

function forecastSteps(
  { solvedAt, hasWeek, weights }: Regression,
  read: Readable,
  t: number,
  count: number,
  features: Float64Array,
  out: Float64Array,
  at: number,
): void {
  const now = read.raw[t - read.rawFrom]!;
  const lastDay = meanOfLastDay(read, t);
  let k = 0;
  for (let ahead = 1; ahead <= count; ahead++) {
    while (k < solvedAt.length - 1 && solvedAt[k]! < ahead) k++;
    readFeatures(read, t, ahead, lastDay, hasWeek, features, 0);
    let change = product(weights[k]!, features, 0);
    const high = solvedAt[k]!;
    if (k > 0 && ahead < high) {
      const low = solvedAt[k - 1]!;
      const share = (ahead - low) / (high - low);
      change = share * change + (1 - share) * product(weights[k - 1]!, features, 0);
    }
    out[at + ahead - 1] = fromPastScale(read.past, now + change);
  }
}

function product(weights: Float64Array | Float32Array, features: Float64Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * features[at + i]!;
  return sum;
}

/** The change that yesterday saw. */
function asYesterday(features: Float64Array, at: number): number {
  return features[at + SAME_TIME_YESTERDAY]! - features[at + NOW_OF_YESTERDAY]!;
}
