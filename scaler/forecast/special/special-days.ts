import type { SpecialSpan, SpecialSpans } from '../types.js';
import { judgeDaysOff } from './day-off.js';
import { likelyValues } from './likely.js';
import { isKnown, type Past } from './past-days.js';
import { referencesOf } from './references.js';
import { overlaps, Timeline } from './timeline.js';

/** A history made ready to be learnt from. */
export interface LearnableSeries {
  /** NaN where unknown or not to be learnt. */
  readonly values: Float64Array;
  readonly peaks: Float64Array | undefined;
  /** The same with what would probably have been in place of steps that are not to be learnt. */
  readonly seenValues: Float64Array;
  readonly seenPeaks: Float64Array | undefined;
  readonly special: SpecialSpans;
}

/** On which grid and clock a history lies, and how far ahead it is used. */
export interface HistoryGrid {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly timezone: string;
  readonly horizonSteps: number;
  readonly spanSteps: number;
}

const DAY_SECONDS = 86_400;

/**
 * Sets apart what is not to be learnt in a history, and says what the spans that are not over will be like. Days off that were
 * like ordinary days are learnt and forecast as these.
 *
 * @param values cleaned; NaN where unknown
 */
export function setApart(
  values: Float64Array,
  peaks: Float64Array | undefined,
  grid: HistoryGrid,
  spans: readonly SpecialSpan[],
): LearnableSeries {
  const { startSeconds, stepSeconds, timezone, horizonSteps, spanSteps } = grid;
  const n = values.length;
  const endSeconds = startSeconds + n * stepSeconds;
  const lastSeconds = spans.reduce((latest, span) => Math.max(latest, span.endSeconds), endSeconds);
  const steps = Math.ceil((lastSeconds - startSeconds) / stepSeconds) + Math.ceil(DAY_SECONDS / stepSeconds);
  const timeline = new Timeline(startSeconds, stepSeconds, steps, timezone);
  const ordinaryOf = (all: readonly SpecialSpan[]) => masked(values, skippedSteps(all, timeline, n));
  const pastOf = (all: readonly SpecialSpan[]): Past => ({
    timeline,
    mean: values,
    peak: peaks ?? values,
    ordinary: ordinaryOf(all),
    daysOff: daysOffOf(values, all, timeline),
    horizonSteps,
    spanSteps,
  });
  const isDayOff = ({ like }: SpecialSpan) => like === 'day off';
  const past = pastOf(spans);
  const history = judgeDaysOff(past);
  const learnt =
    history.best === 'ordinary'
      ? spans.map((span) => (isDayOff(span) ? { ...span, learn: true } : span))
      : spans;
  const used = learnt === spans ? past : pastOf(learnt);

  const notOver = learnt.filter((span) => span.endSeconds > endSeconds);
  const references = referencesOf(
    used,
    history,
    notOver.filter(({ like }) => like !== undefined),
    learnt,
  );
  const skipped = skippedSteps(learnt, timeline, n);
  return {
    values: used.ordinary,
    peaks: peaks && masked(peaks, skipped),
    seenValues: likelyValues(used.ordinary, skipped, timeline),
    seenPeaks: peaks && likelyValues(masked(peaks, skipped), skipped, timeline),
    special: { spans: notOver, references },
  };
}

/** 1 for each of the first `count` steps that is not to be learnt. */
function skippedSteps(spans: readonly SpecialSpan[], timeline: Timeline, count: number): Uint8Array {
  const skipped = new Uint8Array(count);
  for (const span of spans) {
    if (span.learn) continue;
    const [from, to] = timeline.stepsOf(span);
    if (to > 0 && from < count) skipped.fill(1, Math.max(0, from), Math.min(count, to));
  }
  return skipped;
}

function masked(values: Float64Array, skipped: Uint8Array): Float64Array {
  return values.map((value, t) => (skipped[t] ? Number.NaN : value));
}

/** Days off that are over, known, and that nothing else happened on. */
function daysOffOf(values: Float64Array, spans: readonly SpecialSpan[], timeline: Timeline): Past['daysOff'] {
  const found = new Map<number, { readonly from: number; readonly to: number }>();
  for (const span of spans) {
    if (span.like !== 'day off') continue;
    const isDisturbed = spans.some(
      (other) =>
        other.like !== 'day off' && !other.learn && overlaps(other, span.startSeconds, span.endSeconds),
    );
    const [from, to] = timeline.stepsOf(span);
    if (!isDisturbed && isKnown(values, { from, to })) found.set(from, { from, to });
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** Whether a step that begins at a moment is not to be learnt. */
export function isSkipped({ spans }: SpecialSpans, atSeconds: number, stepSeconds: number): boolean {
  return spans.some((span) => !span.learn && overlaps(span, atSeconds, atSeconds + stepSeconds));
}
