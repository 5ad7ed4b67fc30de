import { quantilesAt } from '../errors/quantile-of-sorted.js';
import { follow, ratioOf } from './follow.js';
import { levelRatio } from './level.js';
import type { Example, Past } from './past-days.js';
import type { StepSpan } from './timeline.js';

/** What a span would be, like its examples: one value for each of its steps. */
export interface Profile {
  readonly mean: Float64Array;
  readonly peak: Float64Array;
  readonly level: number;
  /** The level before the span as a multiple of that before the newest example. */
  readonly scale: number;
  /** Steps at which the examples begin that were known. */
  readonly begins: readonly number[];
}

/** An error is a share of the forecast, or of this share of the span's level where the forecast is lower. */
export const LEAST_SHARE_OF_LEVEL = 0.25;
/** Errors that are kept: every percent of their distribution. */
const KEPT_SHARES = Array.from({ length: 99 }, (_, k) => (k + 1) / 100);

/**
 * What a span would be like: the median of its examples, each at the level of now.
 *
 * @param at step whose level is that of now
 * @returns undefined when no example is known
 */
export function profileOf(past: Past, span: StepSpan, example: Example, at: number): Profile | undefined {
  const { timeline, ordinary } = past;
  const means: Float64Array[] = [];
  const peaks: Float64Array[] = [];
  const begins: number[] = [];
  let newestScale = 1;
  for (const shift of example.shifts) {
    const ofMeans = readExample(past, span, example, shift, past.mean);
    const ofPeaks = readExample(past, span, example, shift, past.peak);
    if (ofMeans === undefined || ofPeaks === undefined) continue;
    const begin = timeline.before(span.from, shift);
    const scale = levelRatio(ordinary, timeline.stepSeconds, at, begin);
    if (begins.length === 0) newestScale = scale;
    begins.push(begin);
    means.push(ofMeans.map((value) => scale * value));
    peaks.push(ofPeaks.map((value) => scale * value));
  }
  if (begins.length === 0) return undefined;
  const mean = medians(means);
  const level = mean.reduce((sum, value) => sum + value, 0) / mean.length;
  return { mean, peak: medians(peaks), level, scale: newestScale, begins };
}

/** The median at each step: one example with a surprise in it does not put it into the profile. */
function medians(examples: readonly Float64Array[]): Float64Array {
  const sorted = new Float64Array(examples.length);
  const middle = (sorted.length - 1) / 2;
  return examples[0]!.map((_, i) => {
    for (let k = 0; k < examples.length; k++) sorted[k] = examples[k]![i]!;
    sorted.sort();
    return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  });
}

/** The values of one example; gaps are filled from the step before. Undefined where there is nothing. */
function readExample(
  { timeline, ordinary }: Past,
  span: StepSpan,
  { isOneDay, asItCame }: Example,
  shift: number,
  values: Float64Array,
): Float64Array | undefined {
  const read = new Float64Array(span.to - span.from);
  const firstDay = timeline.day(span.from);
  let newest = Number.NaN;
  let gapsAtFirst = 0;
  for (let i = 0; i < read.length; i++) {
    const step = span.from + i;
    const days = isOneDay ? timeline.day(step) - firstDay : 0;
    const source = timeline.before(step, shift + days * timeline.daySteps);
    const value = asItCame || !Number.isNaN(ordinary[source]!) ? values[source] : undefined;
    if (value !== undefined && !Number.isNaN(value)) newest = value;
    read[i] = newest;
    if (Number.isNaN(newest)) gapsAtFirst = i + 1;
  }
  if (gapsAtFirst === read.length) return undefined;
  return read.fill(read[gapsAtFirst]!, 0, gapsAtFirst);
}

/** Errors that forecasts of a past span would have had, by a profile that follows the load. */
export interface ProfileErrors {
  /** Of steps a horizon ahead, and of the peak over the horizon, as shares of the forecast. */
  readonly steps: number[];
  readonly peaks: number[];
  /** Mean absolute error of steps a horizon ahead as a share of the level that came. */
  readonly share: number;
}

/** Replays the forecasts of a past span. */
export function errorsOf(
  { timeline, mean, peak, horizonSteps, spanSteps }: Past,
  span: StepSpan,
  profile: Profile,
): ProfileErrors {
  const { stepSeconds } = timeline;
  const followed = { came: 0, expected: 0 };
  const least = LEAST_SHARE_OF_LEVEL * profile.level;
  const steps: number[] = [];
  const peaks: number[] = [];
  let off = 0;
  let level = 0;
  const count = span.to - span.from;
  for (let now = -1; now + horizonSteps < count; now++) {
    if (now >= 0) follow(followed, mean[span.from + now]!, profile.mean[now]!, stepSeconds);
    const ratio = ratioOf(followed, profile.level, stepSeconds);
    const expected = ratio * profile.mean[now + horizonSteps]!;
    const came = mean[span.from + now + horizonSteps]!;
    if (!Number.isNaN(came)) {
      steps.push((came - expected) / Math.max(expected, least));
      off += Math.abs(came - expected);
      level += came;
    }
    let highest = Number.NEGATIVE_INFINITY;
    let highestExpected = Number.NEGATIVE_INFINITY;
    for (let h = 1; h <= horizonSteps; h++) {
      highestExpected = Math.max(highestExpected, ratio * profile.peak[now + h]!);
      if (h <= spanSteps) highest = Math.max(highest, peak[span.from + now + h]!);
    }
    if (!Number.isNaN(highest)) peaks.push((highest - highestExpected) / Math.max(highestExpected, least));
  }
  return { steps, peaks, share: level > 0 ? off / level : Number.NaN };
}

/** Errors of several spans in ascending order, every percent of their distribution; all of them where they are few. */
export function sortedErrors(lists: readonly (readonly number[])[], widening: number): Float32Array {
  const sorted = Float64Array.from(lists.flat())
    .filter(Number.isFinite)
    .sort()
    .map((error) => widening * error);
  return quantilesAt(sorted, KEPT_SHARES);
}
