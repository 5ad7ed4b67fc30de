import type { Occurrence } from '../calendar/types.js';
import { type CalendarWorth, calendarWorth } from './calendar-worth.js';
import { type Comparison, comparePolicies, resultOf } from './compare.js';
import type { BacktestOptions } from './options.js';
import type { Recording } from './recording.js';
import { type Replay, replaySignal } from './replay.js';
import { replayTarget, type TargetReplay } from './target.js';

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
  /**
   * Share of minutes in which the load until the horizon stayed at or below the forecast of its peak; NaN without a
   * forecast.
   */
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
  const { trigger, setup, refitSeconds, span } = options;
  const minutes = span.to - span.from;
  const horizonMinutes = Math.max(1, Math.round(trigger.horizonSeconds / 60));
  const { calendar } = options;
  const startSeconds = recording.load.startSeconds + 60 * span.from;
  const events = calendar?.occurrences(startSeconds, startSeconds + 60 * minutes, trigger.timezone) ?? [];
  const onMinute = (done: number) => {
    if (done % 60 === 0) onProgress?.((0.8 * done) / minutes);
  };
  const replay = replaySignal(
    recording,
    span,
    trigger,
    refitSeconds,
    onMinute,
    calendar,
    setup.startupSeconds,
  );
  const { targetOverload } = trigger;
  const target =
    targetOverload === undefined ? undefined : replayTarget(recording, options, targetOverload, replay);
  const comparison = comparePolicies(
    recording.load,
    span,
    replay.values,
    horizonMinutes,
    setup,
    (done, of) => onProgress?.(0.8 + (0.2 * done) / of),
    target,
  );
  // The horizon of the last minutes ends after the recording, so it is unknown whether the forecast covered it.
  const judged = Math.max(0, Math.min(minutes, recording.load.demand.length - horizonMinutes - span.from));
  const coverage = coverageOf(
    replay.forecastPeaks.subarray(0, judged),
    resultOf(comparison, 'oracle').signal.subarray(0, judged),
  );
  const demand = recording.load.demand.subarray(span.from, span.to);
  const own = { forecastMeans: replay.forecastMeans, ...resultOf(comparison, 'predictive') };
  const worth =
    events.length > 0 ? calendarWorth(recording, span, trigger, refitSeconds, setup, events, own) : undefined;
  return {
    recording,
    options,
    startSeconds,
    demand,
    replay,
    target,
    coverage,
    comparison,
    events,
    calendarWorth: worth,
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
