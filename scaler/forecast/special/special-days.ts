import { type Clock, DAY_SECONDS } from '../seasons/local-time.js';
import type { SpecialSpan, SpecialSpans } from '../types.js';
import { judgeDaysOff } from './day-off.js';
import { likelyValues } from './likely.js';
import { isKnown, type Past } from './past-days.js';
import { referencesOf } from './references.js';
import { overlaps, type StepSpan, Timeline } from './timeline.js';

/** A history with excluded steps taken out. */
export interface LearnableSeries {
  /** NaN where unknown or excluded. */
  readonly values: Float64Array;
  /** Maxima, where there are any. */
  readonly peaks: Float64Array | undefined;
  /** The same with a likely load in place of excluded steps. */
  readonly filledValues: Float64Array;
  readonly filledPeaks: Float64Array | undefined;
  readonly special: SpecialSpans;
}

/** On which grid and clock a history lies, and how far ahead it is used. */
interface HistoryGrid extends Clock {
  readonly horizonSteps: number;
  readonly spanSteps: number;
}

/**
 * Excludes the steps of a history that must not be learned, and says what the spans that are not over will be like. Where days
 * off were like ordinary days, they are learned and forecast as ordinary days.
 *
 * @param values cleaned; NaN where unknown
 */
export function setApart(
  values: Float64Array,
  peaks: Float64Array | undefined,
  grid: HistoryGrid,
  spans: readonly SpecialSpan[],
): LearnableSeries {
  const { startSeconds, stepSeconds, horizonSteps, spanSteps } = grid;
  const n = values.length;
  const endSeconds = startSeconds + n * stepSeconds;
  const lastSeconds = spans.reduce((latest, span) => Math.max(latest, span.endSeconds), endSeconds);
  const steps = Math.ceil((lastSeconds - startSeconds) / stepSeconds) + Math.ceil(DAY_SECONDS / stepSeconds);
  const timeline = new Timeline(grid, steps);
  const pastOf = (all: readonly SpecialSpan[]): Past => ({
    timeline,
    mean: values,
    peak: peaks ?? values,
    ordinary: masked(values, excludedSteps(all, timeline, n)),
    daysOff: daysOffOf(values, all, timeline),
    horizonSteps,
    spanSteps,
  });
  const past = pastOf(spans);
  const history = judgeDaysOff(past);
  const effective =
    history.best === 'ordinary'
      ? spans.map((span) => (span.like === 'day off' ? { ...span, learn: true } : span))
      : spans;
  const used = effective === spans ? past : pastOf(effective);

  const notOver = effective.filter((span) => span.endSeconds > endSeconds);
  const references = referencesOf(
    used,
    history,
    notOver.filter(({ like }) => like !== undefined),
    effective,
  );
  const excluded = excludedSteps(effective, timeline, n);
  const ordinaryPeaks = peaks && masked(peaks, excluded);
  return {
    values: used.ordinary,
    peaks: ordinaryPeaks,
    filledValues: likelyValues(used.ordinary, excluded, timeline),
    filledPeaks: ordinaryPeaks && likelyValues(ordinaryPeaks, excluded, timeline),
    special: { spans: notOver, references },
  };
}

/** 1 for each of the first `count` steps that is excluded. */
function excludedSteps(spans: readonly SpecialSpan[], timeline: Timeline, count: number): Uint8Array {
  const excluded = new Uint8Array(count);
  for (const span of spans) {
    if (span.learn) continue;
    const { from, to } = timeline.stepsOf(span);
    if (to > 0 && from < count) excluded.fill(1, Math.max(0, from), Math.min(count, to));
  }
  return excluded;
}

function masked(values: Float64Array, excluded: Uint8Array): Float64Array {
  return values.map((value, t) => (excluded[t] ? Number.NaN : value));
}

/** Past days off whose load is known and that no other excluded span overlaps. */
function daysOffOf(values: Float64Array, spans: readonly SpecialSpan[], timeline: Timeline): Past['daysOff'] {
  const found = new Map<number, StepSpan>();
  for (const span of spans) {
    if (span.like !== 'day off') continue;
    const isDisturbed = spans.some(
      (other) =>
        other.like !== 'day off' && !other.learn && overlaps(other, span.startSeconds, span.endSeconds),
    );
    const steps = timeline.stepsOf(span);
    if (!isDisturbed && isKnown(values, steps)) found.set(steps.from, steps);
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** Whether a step that begins at a moment is excluded. */
export function isExcluded({ spans }: SpecialSpans, atSeconds: number, stepSeconds: number): boolean {
  return spans.some((span) => !span.learn && overlaps(span, atSeconds, atSeconds + stepSeconds));
}
