import type { Occurrence } from '../calendar/types.js';
import { type CalendarWorth, calendarWorth } from './calendar-worth.js';
import { type Comparison, comparePolicies, horizonMinutes, resultOf } from './compare.js';
import type { Recording } from './recording.js';
import { type BacktestOptions, type Replay, replaySignal } from './replay.js';
import { TargetReplay } from './target.js';

/** What the scaler would have done, beside what other ways of scaling would have done. */
export interface Backtest {
  readonly recording: Recording;
  readonly options: BacktestOptions;
  /** Epoch seconds at which the evaluated span begins. */
  readonly startSeconds: number;
  /** Load of each evaluated minute; NaN where unknown. */
  readonly demand: Float64Array;
  readonly replay: Replay;
  /** What would have been answered at the trigger's `targetOverload`; undefined without one. */
  readonly target: TargetReplay | undefined;
  /** As `coverageOf` says it. */
  readonly coverage: number;
  readonly comparison: Comparison;
  /** Events within the evaluated span. */
  readonly events: readonly Occurrence[];
  /** What it was worth to know them; undefined where there are none. */
  readonly calendarWorth: CalendarWorth | undefined;
}

/**
 * Replays the past through the planner's code and lets the HPA follow each way of scaling.
 *
 * @param onProgress called now and then with the part that is done, 0 to 1
 */
export function runBacktest(
  recording: Recording,
  options: BacktestOptions,
  onProgress?: (done: number) => void,
): Backtest {
  const { trigger, span, calendar } = options;
  const { load } = recording;
  const minutes = span.to - span.from;
  const startSeconds = load.startSeconds + 60 * span.from;
  const events = calendar?.occurrences(startSeconds, startSeconds + 60 * minutes, trigger.timezone) ?? [];
  const { targetOverload } = trigger;
  const target =
    targetOverload === undefined ? undefined : new TargetReplay(recording, options, targetOverload);
  const replay = replaySignal(recording, options, (moment) => {
    target?.answer(moment);
    const done = moment.minute + 1;
    if (done % 60 === 0) onProgress?.((0.8 * done) / minutes);
  });
  const onPolicy = (done: number, of: number) => onProgress?.(0.8 + (0.2 * done) / of);
  const comparison = comparePolicies(load, options, replay.values, onPolicy, target);
  // The horizon of the last minutes ends after the recording, so it is unknown whether the forecast covered it.
  const judged = Math.max(0, Math.min(minutes, load.demand.length - horizonMinutes(trigger) - span.from));
  const coverage = coverageOf(
    replay.forecastPeaks.subarray(0, judged),
    resultOf(comparison, 'oracle').signal.subarray(0, judged),
  );
  const own = { forecastMeans: replay.forecastMeans, ...resultOf(comparison, 'predictive') };
  return {
    recording,
    options,
    startSeconds,
    demand: load.demand.subarray(span.from, span.to),
    replay,
    target,
    coverage,
    comparison,
    events,
    calendarWorth: events.length > 0 ? calendarWorth(recording, options, events, own) : undefined,
  };
}

/**
 * Share of minutes in which the load until the horizon stayed at or below the forecast of its peak; NaN without a
 * forecast. Every minute counts: an autoscaler may ask at any time, and the horizon counts from then.
 *
 * @param forecastPeaks the forecast in each minute; NaN without one
 * @param highestAhead the highest load from each minute until the horizon, same length; NaN where unknown
 */
export function coverageOf(forecastPeaks: Float64Array, highestAhead: Float64Array): number {
  let covered = 0;
  let count = 0;
  for (let minute = 0; minute < forecastPeaks.length; minute++) {
    if (Number.isNaN(forecastPeaks[minute]!) || Number.isNaN(highestAhead[minute]!)) continue;
    count++;
    if (highestAhead[minute]! <= forecastPeaks[minute]!) covered++;
  }
  return covered / count;
}
