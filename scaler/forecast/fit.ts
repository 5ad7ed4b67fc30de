import { clean } from './clean.js';
import { type Clock, fitCompanions } from './companions.js';
import { stepErrors } from './conformal.js';
import { detectSeason } from './detect-season.js';
import { AUTOMATIC_PERIODS, climb } from './ladder.js';
import { seasonSlots, slotCount } from './local-time.js';
import { type Origins, spreadOrigins } from './origins.js';
import { measurePeaks } from './peak-errors.js';
import { fitPool, measuredSteps, type SeasonSlots } from './pool.js';
import { isGuarded, measureQuality } from './quality.js';
import { replayRecurrence } from './recurrence.js';
import type { FitOptions, FittedModel, PooledModel, Series, SmoothingParameters } from './types.js';
import { type DaySlots, expectedError, measureVolatility, typicalErrors } from './volatility.js';

const DAY_SECONDS = 86_400;
/** Past forecasts that are made again to measure errors: more cost time and tell little more. */
const MOST_ORIGINS = 2000;
const DEFAULT_QUANTILE = 0.9;

/**
 * Fits the pool of models to a series. Pure and deterministic; the series is not changed, the result is plain data.
 * Any series is answered: empty, constant, with gaps (NaN), short or huge. What is not a number within 1e100 is taken
 * as unknown.
 *
 * @throws RangeError when the step is not above 0, the horizon is not a whole number of steps from 1 on, or the
 * timezone is not known.
 */
export function fit(series: Series, options: FitOptions): FittedModel {
  checkOptions(series, options);
  const { stepSeconds } = series;
  const { horizonSteps, timezone, seasonality } = options;
  const { startSeconds, values, peaks } = fromFirstKnown(series);
  const n = values.length;

  const wanted = seasonality === 'auto' ? AUTOMATIC_PERIODS : [...seasonality].sort((a, b) => a - b);
  const rung = climb(n * stepSeconds, horizonSteps * stepSeconds, stepSeconds, wanted, options.windowSeconds);
  const slotsOf = (periodSeconds: number): SeasonSlots => ({
    periodSeconds,
    slotCount: slotCount(periodSeconds, stepSeconds),
    slots: seasonSlots(startSeconds, stepSeconds, n + horizonSteps + 1, periodSeconds, timezone),
  });
  const short =
    seasonality === 'auto' && rung.stage === 'trend' ? detectSeason(values, stepSeconds) : undefined;
  const seasons = (short === undefined ? rung.periods : [short]).map(slotsOf);
  const earliest = Math.floor(Math.max(n / 2, (rung.periods[0] ?? 0) / stepSeconds));
  const origins = spreadOrigins(n, rung.stage === 'observed' ? n : earliest, MOST_ORIGINS);
  const daySlots: DaySlots =
    origins.count * origins.stride * stepSeconds >= 2 * DAY_SECONDS
      ? (seasons.find(({ periodSeconds }) => periodSeconds === DAY_SECONDS) ?? slotsOf(DAY_SECONDS))
      : { periodSeconds: 0, slotCount: 1, slots: new Int32Array(n + horizonSteps + 1) };

  const clock = { startSeconds, stepSeconds, timezone };
  const mean = fitSeries(values, seasons, daySlots, origins, horizonSteps, clock);
  const peak =
    peaks === undefined
      ? mean
      : fitSeries(peaks, seasons, daySlots, origins, horizonSteps, clock, mean.parameters);

  const measured = measurePeaks(peaks ?? values, peak.replayed, origins, horizonSteps);
  const peakTypical = typicalErrors(measured.errors, origins, daySlots, 1, stepSeconds);
  const expected = peak.ratios.map((ratio, i) =>
    expectedError(peakTypical[daySlots.slots[origins.first + i * origins.stride + 1]!]!, ratio),
  );
  const divided = measured.errors.map((error, i) => (expected[i]! > 0 ? error / expected[i]! : error));
  const quality = measureQuality(measured, expected, options.quantile ?? DEFAULT_QUANTILE);
  return {
    stage: rung.stage,
    nextStageInSeconds: rung.nextStageInSeconds,
    stepSeconds,
    horizonSteps,
    timezone,
    endSeconds: startSeconds + n * stepSeconds,
    quality,
    guarded: rung.stage !== 'observed' && isGuarded(quality),
    mean: mean.model,
    peak: peak.model,
    stepErrors: stepErrors(
      values,
      mean.replayed,
      origins,
      horizonSteps,
      mean.model.volatility,
      mean.ratios,
      daySlots,
    ),
    peakErrors: {
      stepsAhead: horizonSteps,
      sorted: divided.filter((error) => !Number.isNaN(error)).sort(),
    },
    peakTypical,
  };
}

function checkOptions({ stepSeconds }: Series, { horizonSteps }: FitOptions): void {
  if (!(stepSeconds > 0)) throw new RangeError(`stepSeconds is ${stepSeconds}; expected a number above 0`);
  if (!Number.isInteger(horizonSteps) || horizonSteps < 1)
    throw new RangeError(`horizonSteps is ${horizonSteps}; expected a whole number from 1 on`);
}

/** The series without the unknown steps before its first known one; maxima only where they add to the means. */
function fromFirstKnown(series: Series): {
  readonly startSeconds: number;
  readonly values: Float64Array;
  readonly peaks: Float64Array | undefined;
} {
  const all = clean(series.values);
  const first = all.findIndex((value) => !Number.isNaN(value));
  const skipped = first < 0 ? all.length : first;
  const values = all.subarray(skipped);
  const startSeconds = series.startSeconds + skipped * series.stepSeconds;
  if (series.peaks === undefined) return { startSeconds, values, peaks: undefined };
  const peaks = clean(series.peaks).subarray(skipped);
  const differ = values.some((value, t) => !Object.is(value, peaks[t]));
  return { startSeconds, values, peaks: differ ? peaks : undefined };
}

function fitSeries(
  values: Float64Array,
  seasons: readonly SeasonSlots[],
  daySlots: DaySlots,
  origins: Origins,
  horizonSteps: number,
  clock: Clock,
  likeSeries?: ReadonlyMap<string, SmoothingParameters>,
) {
  const {
    members,
    weights,
    replayed: byMembers,
    parameters,
  } = fitPool(values, seasons, origins, horizonSteps, clock.stepSeconds, likeSeries);
  const ofMembers = replayRecurrence(values, byMembers, origins, horizonSteps, daySlots);
  // Companions are no better at the peak's quantile, where a miss on the low side counts nine times: maxima go without.
  const { companions, replayed } =
    likeSeries === undefined
      ? fitCompanions(values, clock, origins, horizonSteps, byMembers)
      : { companions: undefined, replayed: byMembers };
  const ofAll = companions && replayRecurrence(values, replayed, origins, horizonSteps, daySlots);
  const oneStep = new Float64Array(origins.count);
  for (let i = 0; i < origins.count; i++)
    oneStep[i] = values[origins.first + i * origins.stride + 1]! - replayed[i * horizonSteps]!;
  const { volatility, ratios } = measureVolatility(oneStep, origins, daySlots, clock.stepSeconds);
  const known = values.filter((value) => !Number.isNaN(value));
  const model: PooledModel = {
    members,
    measuredAt: measuredSteps(horizonSteps),
    weights,
    last: known.at(-1) ?? Number.NaN,
    floor: known.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY,
    volatility,
    recurrences: [ofMembers, ofAll].filter((recurrence) => recurrence !== undefined),
    companions,
  };
  return { model, replayed, ratios, parameters };
}
