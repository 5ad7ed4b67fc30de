import { clean } from './clean.js';
import { fitCompanions } from './companions.js';
import { adaptedCoverage, adaptedErrors } from './errors/adapt.js';
import { stepErrors } from './errors/conformal.js';
import { pastPeaks } from './errors/peak-errors.js';
import { measureQuality, trustIn } from './errors/quality.js';
import { expectedError, measureVolatility, typicalErrors } from './errors/volatility.js';
import { type Origins, spreadOrigins } from './origins.js';
import { fitPool, measuredSteps } from './pool/pool.js';
import { fitStretch, stretchReplayed } from './pool/stretch.js';
import { detectSeason } from './seasons/detect-season.js';
import { AUTOMATIC_PERIODS, climb } from './seasons/ladder.js';
import { type Clock, DAY_SECONDS, type SeasonSlots, seasonSlots, slotCount } from './seasons/local-time.js';
import { quietSeasons } from './seasons/quiet.js';
import { replayRecurrence } from './seasons/recurrence.js';
import { type LearnableSeries, setApart } from './special/special-days.js';
import type {
  FitOptions,
  FittedModel,
  PooledModel,
  Series,
  SmoothingParameters,
  SpecialSpans,
} from './types.js';

/** Past forecasts of means that are replayed to measure errors; more cost time and change little, fewer miss jobs of a few minutes. */
export const MOST_ORIGINS = 700;
/** The same for maxima, which only the pool forecasts, in less time. Few of them decide the quantile of the peak. */
const MOST_PEAK_ORIGINS = 2000;
const DEFAULT_QUANTILE = 0.9;
/** How fast the peak's quantile follows its misses. Pods follow it, and a margin that moves much costs more than it covers. */
const PEAK_RATE = 0.02;

/**
 * Fits the pool of models to a series. Pure and deterministic; the series is not changed, the result is plain data.
 * Every series has an answer: empty, constant, with gaps (NaN), short or huge. Values that are not numbers within 1e100 are
 * unknown.
 *
 * @throws RangeError when the step is not above 0, the horizon or its span is not a whole number of steps from
 * 1 on, or the timezone is not known.
 */
export function fit(series: Series, options: FitOptions): FittedModel {
  checkOptions(series, options);
  const { stepSeconds } = series;
  const { horizonSteps, spanSteps = horizonSteps, timezone, seasonality } = options;
  const { startSeconds, values, peaks, filledValues, filledPeaks, special } = learnable(series, options);
  const clock = { startSeconds, stepSeconds, timezone };
  const n = values.length;

  const wanted = seasonality === 'auto' ? AUTOMATIC_PERIODS : [...seasonality].sort((a, b) => a - b);
  const rung = climb(n * stepSeconds, spanSteps * stepSeconds, stepSeconds, wanted, options.windowSeconds);
  const slotsOf = (periodSeconds: number): SeasonSlots => ({
    periodSeconds,
    slotCount: slotCount(periodSeconds, stepSeconds),
    slots: seasonSlots(clock, n + horizonSteps + 1, periodSeconds),
  });
  const short =
    seasonality === 'auto' && rung.stage === 'trend' ? detectSeason(values, stepSeconds) : undefined;
  const seasons = (short === undefined ? rung.periods : [short]).map(slotsOf);
  const earliest = Math.floor(Math.max(n / 2, (rung.periods[0] ?? 0) / stepSeconds));
  const spread = (most: number) =>
    spreadOrigins(n, rung.stage === 'observed' ? n : earliest, most, DAY_SECONDS / stepSeconds, horizonSteps);
  const meanOrigins = spread(MOST_ORIGINS);
  const origins = peaks === undefined ? meanOrigins : spread(MOST_PEAK_ORIGINS);
  // One slot for all steps where the history is too short to distinguish times of day.
  const daySlots: SeasonSlots =
    origins.steps.length * origins.stride * stepSeconds >= 2 * DAY_SECONDS
      ? (seasons.find(({ periodSeconds }) => periodSeconds === DAY_SECONDS) ?? slotsOf(DAY_SECONDS))
      : { periodSeconds: 0, slotCount: 1, slots: new Int32Array(n + horizonSteps + 1) };

  const mean = fitSeries(values, filledValues, seasons, daySlots, meanOrigins, clock);
  const peak =
    peaks === undefined
      ? mean
      : fitSeries(peaks, filledPeaks ?? peaks, seasons, daySlots, origins, clock, mean.parameters);

  const past = pastPeaks(peaks ?? values, peak.replayed, origins, spanSteps);
  const errorsOf = (forecasts: Float64Array) => {
    // Sizes compare the same steps: a step beyond the end of the horizon is no error of the forecast.
    const sizes = past.cameInSteps.map((came, i) => came - forecasts[i]!);
    const typical = typicalErrors(sizes, origins, daySlots, stepSeconds);
    const expected = peak.ratios.map((ratio, i) =>
      expectedError(typical[daySlots.slots[origins.steps[i]! + 1]!]!, ratio),
    );
    return { errors: past.came.map((came, i) => came - forecasts[i]!), typical, expected };
  };
  const { quantile = DEFAULT_QUANTILE } = options;
  const lastValueErrors = past.came.map((came, i) => came - past.last[i]!);
  const ofModel = errorsOf(past.forecast);
  const alone = measureQuality(ofModel.errors, lastValueErrors, ofModel.expected, quantile);
  const trust = trustIn(alone);
  const mixed = past.forecast.map((forecast, i) => trust * forecast + (1 - trust) * past.last[i]!);
  const { errors, typical: peakTypical, expected } = errorsOf(mixed);
  const divided = errors.map((error, i) => (expected[i]! > 0 ? error / expected[i]! : error));
  const pace = { quantile, rate: PEAK_RATE, stride: origins.stride, lagSteps: spanSteps };
  return {
    stage: rung.stage,
    nextStageInSeconds: rung.nextStageInSeconds,
    stepSeconds,
    horizonSteps,
    timezone,
    endSeconds: startSeconds + n * stepSeconds,
    quality: { ...alone, coverage: adaptedCoverage(divided, pace) },
    trust,
    mean: mean.model,
    peak: peak.model,
    stepErrors: stepErrors(
      values,
      mean.replayed,
      meanOrigins,
      mean.model.volatility,
      mean.ratios,
      daySlots,
      quantile,
    ),
    peakErrors: { stepsAhead: horizonSteps, sorted: adaptedErrors(divided, pace) },
    peakTypical,
    quiet: quietSeasons(peaks ?? values, seasons, stepSeconds),
    ...(special && { special }),
  };
}

function checkOptions({ stepSeconds }: Series, { horizonSteps, spanSteps = horizonSteps }: FitOptions): void {
  if (!(stepSeconds > 0)) throw new RangeError(`stepSeconds is ${stepSeconds}; expected a number above 0`);
  if (!Number.isInteger(horizonSteps) || horizonSteps < 1)
    throw new RangeError(`horizonSteps is ${horizonSteps}; expected a whole number from 1 on`);
  if (!Number.isInteger(spanSteps) || spanSteps < 1 || spanSteps > horizonSteps)
    throw new RangeError(`spanSteps is ${spanSteps}; expected a whole number from 1 to ${horizonSteps}`);
}

/** A series prepared for learning. */
interface Learnable extends Omit<LearnableSeries, 'special'> {
  readonly startSeconds: number;
  readonly special: SpecialSpans | undefined;
}

/** The series from its first known step on, without excluded steps. */
function learnable(
  series: Series,
  { spans, timezone, horizonSteps, spanSteps = horizonSteps }: FitOptions,
): Learnable {
  const { startSeconds, stepSeconds } = series;
  const all = clean(series.values);
  const allPeaks = series.peaks && clean(series.peaks);
  const apart = spans?.length
    ? setApart(all, allPeaks, { startSeconds, stepSeconds, timezone, horizonSteps, spanSteps }, spans)
    : undefined;
  const values = apart?.values ?? all;
  const peaks = apart ? apart.peaks : allPeaks;
  const first = values.findIndex((value) => !Number.isNaN(value));
  const skipped = first < 0 ? values.length : first;
  const cut = (whole: Float64Array | undefined) => whole?.subarray(skipped);
  const known = values.subarray(skipped);
  const differ = cut(peaks)?.some((value, t) => !Object.is(value, known[t]));
  return {
    startSeconds: startSeconds + skipped * stepSeconds,
    values: known,
    peaks: differ ? cut(peaks) : undefined,
    filledValues: cut(apart?.filledValues) ?? known,
    filledPeaks: differ ? cut(apart?.filledPeaks ?? peaks) : undefined,
    special: apart?.special,
  };
}

function fitSeries(
  values: Float64Array,
  filled: Float64Array,
  seasons: readonly SeasonSlots[],
  daySlots: SeasonSlots,
  origins: Origins,
  clock: Clock,
  likeSeries?: ReadonlyMap<string, SmoothingParameters>,
) {
  const {
    members,
    weights,
    disagreement,
    replayed: byMembers,
    parameters,
  } = fitPool(values, filled, seasons, origins, clock.stepSeconds, likeSeries);
  const ofMembers = replayRecurrence(values, filled, byMembers, origins, daySlots);
  const known = filled.filter((value) => !Number.isNaN(value));
  const bounds = {
    floor: known.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY,
    highest: known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  };
  // Neither companions nor a stretch improve the peak's quantile, where a miss on the low side counts nine times: maxima have none.
  const isOfMaxima = likeSeries !== undefined;
  const { companions, replayed } = isOfMaxima
    ? { companions: undefined, replayed: byMembers }
    : fitCompanions(values, filled, clock, origins, byMembers);
  const ofAll = companions && replayRecurrence(values, filled, replayed, origins, daySlots);
  const stretch = isOfMaxima ? undefined : fitStretch(values, filled, replayed, origins);
  if (stretch) stretchReplayed(stretch, filled, replayed, origins, bounds);
  const { horizonSteps } = origins;
  const oneStep = new Float64Array(origins.steps.length);
  for (let i = 0; i < origins.steps.length; i++)
    oneStep[i] = values[origins.steps[i]! + 1]! - replayed[i * horizonSteps]!;
  const { volatility, ratios } = measureVolatility(oneStep, origins, daySlots, clock.stepSeconds);
  const model: PooledModel = {
    members,
    measuredAt: measuredSteps(horizonSteps),
    weights,
    disagreement,
    last: known.at(-1) ?? Number.NaN,
    ...bounds,
    volatility,
    recurrences: [ofMembers, ofAll].filter((recurrence) => recurrence !== undefined),
    companions,
    stretch,
  };
  return { model, replayed, ratios, parameters };
}
