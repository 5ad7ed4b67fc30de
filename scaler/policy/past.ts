import { type FitOptions, type FittedModel, fit, forecast, type Series, update } from '../forecast/index.js';
import { DAY_SECONDS } from '../forecast/seasons/local-time.js';
import { cutSeries, seriesEndSeconds } from '../forecast/series.js';
import { DAY_MINUTES } from './follow-pods.js';
import type { Load } from './load.js';

/** Quantiles of the forecast peak that policies choose from. */
export const QUANTILES = [0.5, 0.9, 0.98] as const;
/** Quantiles of the step maxima of the last 7 days that a floor can be. */
export const WEEK_QUANTILES = [0.5, 0.8, 0.9, 0.95, 0.98, 0.995, 1] as const;

/** The most days that are replayed: those that a choice is based on, and one more for the choice of the day before. */
export const REPLAYED_DAYS = 8;
/** The fewest replayed days that a choice is based on. */
export const FEWEST_DAYS = 2;
/** Distance between two fits of the replay. Live fits are closer, so the replay errs on the safe side. */
const REFIT_SECONDS = 2 * DAY_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;
/** How far back policies look for a recent highest load. */
export const RECENT_MINUTES = 15;
export const HOURS_MINUTES = 180;
/** Longest time from a change of the metric to a new pod: KEDA's default polling, the HPA's sync period, and a refresh. */
const DELAY_SECONDS = 75;

/** What a policy could have known, minute by minute, on whole days before a boundary. */
export interface Past {
  readonly days: number;
  readonly demand: Float64Array;
  readonly now: Float64Array;
  readonly recent: Float64Array;
  readonly hours: Float64Array;
  /** For each of `QUANTILES`: the forecast peak, or the load now where that is more. */
  readonly peaks: readonly Float64Array[];
  /** For each of `WEEK_QUANTILES`: the step maximum at that quantile in the 7 days before each day. */
  readonly weekFloors: readonly Float64Array[];
  /** The same for the day that begins at the boundary. */
  readonly nextWeekFloors: readonly number[];
}

/** From where and for what a past is replayed. */
export interface PastOptions {
  /** Nothing after it is known. */
  readonly boundarySeconds: number;
  /** From the creation of a pod until it serves. */
  readonly startupSeconds: number;
  readonly fit: FitOptions;
}

/** Steps that hold the time from now until a pod that is asked for now serves, at most the horizon that a model has. */
export function startupSteps(startupSeconds: number, stepSeconds: number, horizonSteps: number): number {
  return Math.min(horizonSteps, Math.ceil((startupSeconds + DELAY_SECONDS) / stepSeconds) + 1);
}

/**
 * Replays the forecasts of the past days, each from what was known then. A model is fitted every second day and updated with
 * each step in between, which costs little and is a little worse than the live model.
 *
 * @param steps history on the trigger's grid, short gaps filled; steps after the boundary are ignored
 * @param load the same history minute by minute; minutes beyond it take the maximum of their step
 * @returns undefined when there is not one day to learn from and two to replay
 */
export function replayPast(steps: Series, load: Load | undefined, options: PastOptions): Past | undefined {
  const { boundarySeconds, startupSeconds } = options;
  const { stepSeconds } = steps;
  const first = steps.values.findIndex((value) => !Number.isNaN(value));
  const known = cutSeries(steps, steps.startSeconds + first * stepSeconds, boundarySeconds);
  const { startSeconds: knownFromSeconds, values, peaks: maxima = values } = known;
  const knownDays = Math.floor((boundarySeconds - knownFromSeconds) / DAY_SECONDS);
  if (first < 0 || knownDays < FEWEST_DAYS + 1) return undefined;
  // A second day to learn from is worth more than a third to replay.
  const days = Math.min(REPLAYED_DAYS, Math.max(FEWEST_DAYS, knownDays - 2));

  const startSeconds = boundarySeconds - days * DAY_SECONDS;
  const minutes = days * DAY_MINUTES;
  const stepOf = (minute: number) =>
    Math.floor((startSeconds + 60 * minute - knownFromSeconds) / stepSeconds);
  const demand = new Float64Array(minutes);
  const now = new Float64Array(minutes);
  const offset = load ? Math.round((startSeconds - load.startSeconds) / 60) : 0;
  for (let minute = 0; minute < minutes; minute++) {
    const step = stepOf(minute);
    demand[minute] = load?.demand[offset + minute] ?? withinStep(known, step, minute);
    now[minute] = load?.observed[offset + minute] ?? demand[minute - 1] ?? values[step - 1] ?? Number.NaN;
  }

  const peaks = QUANTILES.map(() => new Float64Array(minutes));
  let model: FittedModel | undefined;
  let fitted = -1;
  let step = -1;
  let forecastPeaks: readonly number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const current = stepOf(minute);
    if (current !== step) {
      const period = Math.floor((60 * minute) / REFIT_SECONDS);
      const end = Math.min(values.length, current);
      const endSeconds = knownFromSeconds + end * stepSeconds;
      if (model === undefined || period !== fitted)
        model = fit(cutSeries(known, knownFromSeconds, endSeconds), options.fit);
      else for (let i = step; i < end; i++) update(model, values[i]!, maxima[i]!);
      fitted = period;
      step = current;
      const ahead = startupSteps(startupSeconds, stepSeconds, model.horizonSteps);
      forecastPeaks = forecast(model, ahead, QUANTILES).peaks;
    }
    for (let q = 0; q < QUANTILES.length; q++) peaks[q]![minute] = larger(forecastPeaks[q]!, now[minute]!);
  }

  const weekFloors = WEEK_QUANTILES.map(() => new Float64Array(minutes));
  for (let day = 0; day < days; day++) {
    weekMaxima(known, startSeconds + day * DAY_SECONDS).forEach((floor, q) => {
      weekFloors[q]!.fill(floor, day * DAY_MINUTES, (day + 1) * DAY_MINUTES);
    });
  }
  return {
    days,
    demand,
    now,
    recent: highestOfLast(demand, now, RECENT_MINUTES),
    hours: highestOfLast(demand, now, HOURS_MINUTES),
    peaks,
    weekFloors,
    nextWeekFloors: weekMaxima(known, seriesEndSeconds(known)),
  };
}

/**
 * The highest load of the 15 minutes and of the 3 hours before a moment, as policies look at it.
 *
 * @param history steps until now
 * @param now the load now, NaN where unknown
 */
export function highestBefore(
  { startSeconds, stepSeconds, values, peaks = values }: Series,
  now: number,
  nowSeconds: number,
): { readonly recent: number; readonly hours: number } {
  const since = (minutes: number): number => {
    const from = Math.max(0, Math.floor((nowSeconds - 60 * minutes - startSeconds) / stepSeconds));
    let highest = now;
    for (let i = from; i < peaks.length; i++) highest = larger(peaks[i]!, highest);
    return highest;
  };
  return { recent: since(RECENT_MINUTES), hours: since(HOURS_MINUTES) };
}

/**
 * The likely load of a minute where only its step is known: the maximum for two minutes of five, and in the others what
 * remains of the mean.
 */
function withinStep({ stepSeconds, values, peaks = values }: Series, step: number, minute: number): number {
  const count = Math.round(stepSeconds / 60);
  const atPeak = Math.ceil(0.4 * count);
  const mean = values[step] ?? Number.NaN;
  const peak = peaks[step] ?? Number.NaN;
  if (count - atPeak < 1 || minute % count < atPeak) return peak;
  return Math.max(Math.min(mean, 0), (count * mean - atPeak * peak) / (count - atPeak));
}

/** Quantiles of the step maxima of the 7 days before a moment, rounded to whole steps. */
function weekMaxima(known: Series, untilSeconds: number): number[] {
  const weekSeconds = Math.round(WEEK_SECONDS / known.stepSeconds) * known.stepSeconds;
  const { values, peaks = values } = cutSeries(known, untilSeconds - weekSeconds, untilSeconds);
  const sorted = peaks.filter((value) => !Number.isNaN(value)).sort();
  return WEEK_QUANTILES.map((q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0);
}

/** For each minute the highest demand of the minutes before it, or the load now where that is more. */
export function highestOfLast(demand: Float64Array, now: Float64Array, minutes: number): Float64Array {
  const highest = now.slice();
  // Indices of falling demand: the first is the highest of the window.
  const queue = new Int32Array(demand.length);
  let head = 0;
  let tail = 0;
  for (let minute = 0; minute < demand.length; minute++) {
    while (head < tail && queue[head]! < minute - minutes) head++;
    if (head < tail) highest[minute] = larger(demand[queue[head]!]!, highest[minute]!);
    if (Number.isNaN(demand[minute]!)) continue;
    while (head < tail && demand[queue[tail - 1]!]! <= demand[minute]!) tail--;
    queue[tail++] = minute;
  }
  return highest;
}

/** The larger of two, where NaN is less than anything. */
function larger(a: number, b: number): number {
  return a > b || Number.isNaN(b) ? a : b;
}
