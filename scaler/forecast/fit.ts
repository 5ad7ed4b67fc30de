import { AUTOMATIC_PERIODS, climb } from './ladder.js';
import { seasonSlots, slotCount } from './local-time.js';
import { fitPool, measuredSteps, type SeasonSlots } from './pool.js';
import { quantileOfSorted } from './quantile-of-sorted.js';
import type { Origins } from './replay-member.js';
import type { ErrorQuantiles, FitOptions, FittedModel, ModelQuality, PooledModel, Series } from './types.js';

/** Past forecasts that are made again to measure errors: more cost time and tell little more. */
const MAX_ORIGINS = 2000;

/**
 * Fits the pool of models to a series. Pure and deterministic; the result is plain data.
 *
 * @throws RangeError when the series is not regular (step not above 0) or the horizon is not a whole number of steps.
 */
export function fit(series: Series, options: FitOptions): FittedModel {
  const { stepSeconds, startSeconds, values } = series;
  const { horizonSteps, timezone } = options;
  const n = values.length;
  const firstKnown = values.findIndex((value) => !Number.isNaN(value));
  const historySeconds = firstKnown < 0 ? 0 : (n - firstKnown) * stepSeconds;
  const wanted =
    options.seasonality === 'auto' ? AUTOMATIC_PERIODS : [...options.seasonality].sort((a, b) => a - b);
  const { stage, nextStageInSeconds, periods } = climb(
    historySeconds,
    horizonSteps * stepSeconds,
    stepSeconds,
    wanted,
  );
  const seasons: SeasonSlots[] = periods.map((periodSeconds) => ({
    periodSeconds,
    slotCount: slotCount(periodSeconds, stepSeconds),
    slots: seasonSlots(startSeconds, stepSeconds, n + horizonSteps + 1, periodSeconds, timezone),
  }));
  const shortest = periods.length > 0 ? periods[0]! / stepSeconds : 0;
  const first = Math.min(Math.max(0, n - horizonSteps - 1), Math.floor(Math.max(n / 2, shortest)));
  const available = Math.max(0, n - horizonSteps - first);
  const stride = Math.max(1, Math.ceil(available / MAX_ORIGINS));
  const origins: Origins = { first, stride, count: Math.floor((available + stride - 1) / stride) };
  const peaks = series.peaks ?? values;
  const mean = fitChannel(values, seasons, origins, horizonSteps);
  const peak = series.peaks === undefined ? mean : fitChannel(peaks, seasons, origins, horizonSteps);
  const { errors, quality } = peakErrors(peaks, peak.replayed, origins, horizonSteps);
  return {
    stage,
    nextStageInSeconds,
    stepSeconds,
    horizonSteps,
    timezone,
    endSeconds: startSeconds + n * stepSeconds,
    quality,
    guarded: stage !== 'observed' && !(quality.modelError < quality.lastValueError),
    mean: mean.model,
    peak: peak.model,
    peakErrors: errors,
  };
}

function fitChannel(
  values: Float64Array,
  seasons: readonly SeasonSlots[],
  origins: Origins,
  horizonSteps: number,
) {
  const { members, weights, replayed } = fitPool(values, seasons, origins, horizonSteps);
  let lowest = Number.POSITIVE_INFINITY;
  let last = Number.NaN;
  for (const value of values)
    if (!Number.isNaN(value)) {
      last = value;
      lowest = Math.min(lowest, value);
    }
  const model: PooledModel = {
    members,
    measuredAt: measuredSteps(horizonSteps),
    weights,
    last,
    floor: lowest >= 0 ? 0 : Number.NEGATIVE_INFINITY,
    stepErrors: errorLadder(horizonSteps).map((stepsAhead) => ({
      stepsAhead,
      sorted: stepErrors(values, replayed, origins, horizonSteps, stepsAhead),
    })),
  };
  return { model, replayed };
}

function errorLadder(horizonSteps: number): number[] {
  const steps: number[] = [];
  for (let h = 1; h < horizonSteps; h *= 2) steps.push(h);
  steps.push(horizonSteps);
  return steps;
}

function stepErrors(
  values: Float64Array,
  replayed: Float64Array,
  origins: Origins,
  horizonSteps: number,
  ahead: number,
) {
  const errors = new Float64Array(origins.count);
  let count = 0;
  for (let i = 0; i < origins.count; i++) {
    const error =
      values[origins.first + i * origins.stride + ahead]! - replayed[i * horizonSteps + ahead - 1]!;
    if (!Number.isNaN(error)) errors[count++] = error;
  }
  return errors.slice(0, count).sort();
}

function peakErrors(
  peaks: Float64Array,
  replayed: Float64Array,
  origins: Origins,
  horizonSteps: number,
): { errors: ErrorQuantiles; quality: ModelQuality } {
  const errors: number[] = [];
  let lastValueError = 0;
  for (let i = 0; i < origins.count; i++) {
    const origin = origins.first + i * origins.stride;
    let actual = Number.NEGATIVE_INFINITY;
    let forecast = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < horizonSteps; h++) {
      actual = Math.max(actual, peaks[origin + h + 1]!);
      forecast = Math.max(forecast, replayed[i * horizonSteps + h]!);
    }
    const last = peaks[origin]!;
    if (Number.isNaN(actual) || Number.isNaN(last)) continue;
    errors.push(actual - forecast);
    lastValueError += Math.abs(actual - last);
  }
  const samples = errors.length;
  const sorted = Float64Array.from(errors).sort();
  const middle = quantileOfSorted(sorted, 0.5);
  const learned = Float64Array.from(errors.slice(0, samples >> 1)).sort();
  const bound = quantileOfSorted(learned, 0.9);
  const tested = errors.slice(samples >> 1);
  return {
    errors: { stepsAhead: horizonSteps, sorted },
    quality: {
      modelError:
        samples > 0 ? errors.reduce((sum, error) => sum + Math.abs(error - middle), 0) / samples : 0,
      lastValueError: samples > 0 ? lastValueError / samples : 0,
      coverage: tested.length > 0 ? tested.filter((error) => error <= bound).length / tested.length : 0,
      samples,
    },
  };
}
