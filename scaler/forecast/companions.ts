import { forecastByMoments } from './moments/nearest-moments.js';
import type { Origins } from './origins.js';
import { measuredSteps } from './pool/pool.js';
import { recentError } from './pool/weights.js';
import { type Readable, readable, sameTimeBefore } from './regression/features.js';
import { appendToPast, newestOfPast, recentPast } from './regression/recent-past.js';
import { fitRegression, projectRegression, stepsNeeded } from './regression/regression.js';
import { type Clock, clockSteps, DAY_SECONDS, seasonSlots } from './seasons/local-time.js';
import { fitTrees, projectTrees } from './trees/tree-forecast.js';
import type { Companions, FittedModel } from './types.js';

/** The fewest steps of the past that are kept, for nearest moments: two weeks of 5 minutes. */
const KEPT_STEPS = 4032;

/** The pool decides alone where its past errors are below this share of those of the combined forecast. */
const CLEARLY_BETTER = 0.8;
/** Trees whose past errors were this many times the pool's are dropped: two forecasts that are far off would move the median. */
const FAR_WORSE = 4;

/** Where a model stands in time. */
export type ModelTime = Pick<FittedModel, 'endSeconds' | 'stepSeconds' | 'timezone' | 'horizonSteps'>;

/** Companions that were fitted, and the replayed forecasts of the pool combined with theirs. */
interface FittedCompanions {
  readonly companions: Companions | undefined;
  readonly replayed: Float64Array;
}

/**
 * Fits the forecasts that complement the Holt-Winters pool: regression, trees and nearest moments. A day must be a whole
 * number of steps, and the history must be at least three days long.
 *
 * @param known NaN where unknown or excluded
 * @param filled the same with a likely load in place of excluded steps
 * @param pool forecasts that the pool would have made, `horizonSteps` for each origin
 */
export function fitCompanions(
  known: Float64Array,
  filled: Float64Array,
  clock: Clock,
  origins: Origins,
  pool: Float64Array,
): FittedCompanions {
  const { horizonSteps } = origins;
  const daySteps = DAY_SECONDS / clock.stepSeconds;
  const none = { companions: undefined, replayed: pool.slice() };
  if (!Number.isInteger(daySteps) || known.length < 3 * daySteps || origins.steps.length === 0) return none;
  const past = recentPast(filled, daySteps);
  if (past === undefined) return none;
  const ahead = known.length + horizonSteps;
  const moving = clockSteps(clock, ahead);
  const read = readable(past, daySteps, moving, true);
  const error = (forecasts: Float64Array) =>
    measuredSteps(horizonSteps).reduce(
      (sum, ahead) => sum + recentError(known, forecasts, origins, ahead),
      0,
    );
  const poolError = error(pool);
  const fitted = fitRegression(read, known, origins);
  const daySlots = seasonSlots(clock, ahead, DAY_SECONDS);
  const tried = fitTrees(read, known, origins, daySlots);
  const grown = tried && error(tried.replayed) < FAR_WORSE * poolError ? tried : undefined;

  const byMoments = new Float64Array(pool.length);
  for (let i = 0; i < origins.steps.length; i++) {
    const origin = origins.steps[i]!;
    forecastByMoments(read, origin, horizonSteps, byMoments, i * horizonSteps);
  }
  const combined = pool.map((value, k) => {
    const ahead = (k % horizonSteps) + 1;
    const origin = origins.steps[Math.floor(k / horizonSteps)]!;
    return combine(read, origin, ahead, value, byMoments[k]!, fitted?.replayed[k], grown?.replayed[k]);
  });
  const poolDecides = poolError < CLEARLY_BETTER * error(combined);
  const needed = fitted ? stepsNeeded(daySteps, fitted.regression.hasWeek) : 0;
  const kept = newestOfPast(past, Math.max(KEPT_STEPS, needed), daySteps);
  return {
    companions: { past: kept, regression: fitted?.regression, trees: grown?.trees, poolDecides },
    replayed: poolDecides ? pool.slice() : combined,
  };
}

/** What the pool expects, combined with what its companions expect of the same steps. */
export function combineWithCompanions(
  { past, regression, trees, poolDecides }: Companions,
  model: ModelTime,
  pool: Float64Array,
): Float64Array {
  if (poolDecides) return pool;
  const { stepSeconds, timezone, endSeconds } = model;
  const known = past.calm.length;
  const count = pool.length;
  const daySteps = DAY_SECONDS / stepSeconds;
  const startSeconds = endSeconds - known * stepSeconds;
  const moving = clockSteps({ startSeconds, stepSeconds, timezone }, known + count);
  const read = readable(past, daySteps, moving);
  // Beyond the horizon that they were fitted for, the pool is alone: the same time yesterday may not be known there.
  const within = Math.min(count, model.horizonSteps);
  const byRegression = regression && projectRegression(regression, read, within);
  const daySlots = seasonSlots({ startSeconds: endSeconds, stepSeconds, timezone }, within, DAY_SECONDS);
  const byTrees = trees && projectTrees(trees, read, daySlots);
  const byMoments = new Float64Array(within);
  forecastByMoments(read, known - 1, within, byMoments, 0);
  return pool.map((value, h) => {
    if (h >= within) return value;
    return combine(read, known - 1, h + 1, value, byMoments[h]!, byRegression?.[h], byTrees?.[h]);
  });
}

/**
 * Combines up to four forecasts of a step. Where the change from now on was abruptly different last week than yesterday, as on
 * a Monday after a Sunday, the pool decides: it has a season of a week, while one such moment in a week is an outlier to the
 * others. Where yesterday had an abrupt change, trees do not count: they are grown to the signs of errors, in which one jump a
 * day is lost.
 */
function combine(
  read: Readable,
  t: number,
  ahead: number,
  pool: number,
  byMoments: number,
  byRegression: number | undefined,
  byTrees: number | undefined,
): number {
  const { wildChange } = read.past;
  const ofDay = changeBefore(read, t, ahead, 1);
  const ofWeek = sameTimeBefore(read, t, 7) < 0 ? ofDay : changeBefore(read, t, ahead, 7);
  if (Math.abs(ofWeek - ofDay) > wildChange) return pool;
  return median(pool, byMoments, byRegression, Math.abs(ofDay) > wildChange ? undefined : byTrees);
}

/** The change over the same time of day some days before. */
function changeBefore(read: Readable, t: number, ahead: number, days: number): number {
  return read.calm[sameTimeBefore(read, t + ahead, days)]! - read.calm[sameTimeBefore(read, t, days)]!;
}

/** Moves companions on by one step. */
export function updateCompanions({ past }: Companions, value: number, stepSeconds: number): void {
  appendToPast(past, value, DAY_SECONDS / stepSeconds);
}

/**
 * The median of up to four forecasts: they err in different ways, and it drops whichever is far off (Timmermann 2006,
 * "Forecast combinations"). Of an even number it is the mean of the two in the middle. NaN and undefined do not count.
 */
function median(pool: number, byMoments: number, byRegression = Number.NaN, byTrees = Number.NaN): number {
  let known = 0;
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const take = (forecast: number) => {
    if (Number.isNaN(forecast)) return;
    known++;
    sum += forecast;
    if (forecast < low) low = forecast;
    if (forecast > high) high = forecast;
  };
  take(pool);
  take(byMoments);
  take(byRegression);
  take(byTrees);
  return known > 2 ? (sum - low - high) / (known - 2) : sum / known;
}
