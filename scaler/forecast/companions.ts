import { forecastByMoments } from './moments/nearest-moments.js';
import type { Origins } from './origins.js';
import { measuredSteps } from './pool/pool.js';
import { recentError } from './pool/weights.js';
import { type Readable, readable, sameTimeBefore } from './regression/features.js';
import { appendToPast, newestOfPast, recentPast } from './regression/recent-past.js';
import { fitRegression, projectRegression, stepsNeeded } from './regression/regression.js';
import { clockSteps } from './seasons/local-time.js';
import type { Companions, FittedModel, RecentPast } from './types.js';

const DAY_SECONDS = 86_400;
/** Steps of the past that are kept for nearest moments at least, where the regression needs fewer: two weeks of 5 minutes. */
const KEPT_STEPS = 4032;

/** The pool decides alone where its past errors are below this share of the combined forecast's. */
const CLEARLY_BETTER = 0.8;

/** When a series begins and on whose clock. */
export interface Clock {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly timezone: string;
}

/** Where a model stands in time. */
export type ModelTime = Pick<FittedModel, 'endSeconds' | 'stepSeconds' | 'timezone' | 'horizonSteps'>;

/** Companions that were fitted, and the replayed forecasts of the pool combined with theirs. */
interface FittedCompanions {
  readonly companions: Companions | undefined;
  readonly replayed: Float64Array;
}

/**
 * Fits what forecasts beside the Holt-Winters pool: the regression and the nearest moments. They need whole days of
 * steps, and more than two of them.
 *
 * @param known NaN where unknown or not to be learnt
 * @param seen the same with what would probably have been in place of what is not to be learnt
 * @param pool forecasts that the pool would have made, `horizonSteps` for each origin
 */
export function fitCompanions(
  known: Float64Array,
  seen: Float64Array,
  clock: Clock,
  origins: Origins,
  horizonSteps: number,
  pool: Float64Array,
): FittedCompanions {
  const daySteps = DAY_SECONDS / clock.stepSeconds;
  const none = { companions: undefined, replayed: pool.slice() };
  if (!Number.isInteger(daySteps) || known.length < 3 * daySteps || origins.steps.length === 0) return none;
  const past = recentPast(seen, daySteps);
  if (past === undefined) return none;
  const ahead = known.length + horizonSteps;
  const moving = clockSteps(clock.startSeconds, clock.stepSeconds, ahead, clock.timezone);
  const read = readable(past, daySteps, moving, true);
  const fitted = fitRegression(past, known, read, origins, horizonSteps);

  const byMoments = new Float64Array(pool.length);
  for (let i = 0; i < origins.steps.length; i++) {
    const origin = origins.steps[i]!;
    forecastByMoments(past, read, origin, horizonSteps, byMoments, i * horizonSteps);
  }
  const combined = pool.map((value, k) => {
    const ahead = (k % horizonSteps) + 1;
    const origin = origins.steps[Math.floor(k / horizonSteps)]!;
    if (weekDisagrees(past, read, origin, ahead)) return value;
    return combine(value, fitted?.replayed[k] ?? Number.NaN, byMoments[k]!);
  });
  const error = (forecasts: Float64Array) =>
    measuredSteps(horizonSteps).reduce(
      (sum, ahead) => sum + recentError(known, forecasts, origins, horizonSteps, ahead),
      0,
    );
  const poolDecides = error(pool) < CLEARLY_BETTER * error(combined);
  const needed = fitted ? stepsNeeded(daySteps, fitted.regression.hasWeek) : 0;
  const kept = newestOfPast(past, Math.max(KEPT_STEPS, needed), daySteps);
  return {
    companions: { past: kept, regression: fitted?.regression, poolDecides },
    replayed: poolDecides ? pool.slice() : combined,
  };
}

/** What the pool expects, combined with what its companions expect of the same steps. */
export function combineWithCompanions(
  { past, regression, poolDecides }: Companions,
  model: ModelTime,
  pool: Float64Array,
): Float64Array {
  if (poolDecides) return pool;
  const { stepSeconds, timezone, endSeconds } = model;
  const known = past.calm.length;
  const count = pool.length;
  const daySteps = DAY_SECONDS / stepSeconds;
  const startSeconds = endSeconds - known * stepSeconds;
  const moving = clockSteps(startSeconds, stepSeconds, known + count, timezone);
  const read = readable(past, daySteps, moving);
  // Beyond the horizon that they were fitted for the pool is alone: the same time yesterday is not known there.
  const within = Math.min(count, model.horizonSteps);
  const byRegression = regression && projectRegression(past, regression, read, within);
  const byMoments = new Float64Array(within);
  forecastByMoments(past, read, known - 1, within, byMoments, 0);
  return pool.map((value, h) => {
    if (h >= within || weekDisagrees(past, read, known - 1, h + 1)) return value;
    return combine(value, byRegression?.[h] ?? Number.NaN, byMoments[h]!);
  });
}

/**
 * Whether last week went on abruptly otherwise than yesterday: a Monday after a Sunday. Only the pool, which has a season of a week,
 * is sure to know; to the others one such moment in a week is an outlier.
 */
function weekDisagrees({ wildChange }: RecentPast, read: Readable, t: number, ahead: number): boolean {
  const lastWeek = sameTimeBefore(read, t, 7);
  if (lastWeek < 0) return false;
  const { calm } = read;
  const ofWeek = calm[sameTimeBefore(read, t + ahead, 7)]! - calm[lastWeek]!;
  const ofDay = calm[sameTimeBefore(read, t + ahead, 1)]! - calm[sameTimeBefore(read, t, 1)]!;
  return Math.abs(ofWeek - ofDay) > wildChange;
}

/** Moves companions on by one step. */
export function updateCompanions({ past }: Companions, value: number, stepSeconds: number): void {
  appendToPast(past, value, DAY_SECONDS / stepSeconds);
}

/**
 * One forecast out of three: their median, because they err in different ways and the median drops whichever is far off
 * (Timmermann 2006, "Forecast combinations"). Of two forecasts it is the mean.
 */
function combine(pool: number, byRegression: number, byMoments: number): number {
  if (Number.isNaN(byRegression)) return Number.isNaN(byMoments) ? pool : (pool + byMoments) / 2;
  if (Number.isNaN(byMoments)) return (pool + byRegression) / 2;
  const low = Math.min(pool, byRegression);
  const high = Math.max(pool, byRegression);
  return Math.max(low, Math.min(high, byMoments));
}
