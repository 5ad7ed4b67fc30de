import type { FittedModel, Series, Stage } from '../forecast/index.js';
import { cutSeries } from '../forecast/series.js';
import { fillGaps } from '../history/fill-gaps.js';
import { type FitPlan, fitOptions } from '../planner/fit-options.js';
import { fitCompact } from '../planner/fit-worker.js';
import type { Outlook } from '../planner/outlook.js';
import { RefittingModel } from '../planner/refitting-model.js';
import { decideSignal, type Now } from '../planner/signal.js';
import type { Reason } from '../planner/types.js';
import type { Trigger } from '../trigger/trigger.js';
import type { Recording } from './recording.js';
import type { ScalingSetup } from './scaled-workload.js';

/** Minutes of the load that are looked at: `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a backtest replays, and how. */
export interface BacktestOptions extends FitPlan {
  readonly trigger: Trigger;
  readonly setup: ScalingSetup;
  /** Minutes of the recording's load that are evaluated; those before are history. */
  readonly span: Span;
}

/** What the scaler would have answered, with one entry for each minute of the span. */
export interface Replay {
  readonly values: Float64Array;
  /** 1 where the workload was to be active. */
  readonly active: Uint8Array;
  /** The forecast of the highest load over the horizon, at the trigger's quantile; NaN without a model. */
  readonly forecastPeaks: Float64Array;
  /** The mean that was forecast for the step in which the horizon ends; NaN without a model. */
  readonly forecastMeans: Float64Array;
  /** Why each value was what it was. */
  readonly reasons: readonly Reason[];
  /** Stage of the model at the end. */
  readonly stage: Stage;
  /** Models fitted, and the time that all fits took. */
  readonly fits: number;
  readonly fitSeconds: number;
}

/** What a replay knew in one minute. */
export interface Moment {
  /** Of the span, from 0 on. */
  readonly minute: number;
  readonly nowSeconds: number;
  readonly now: Now;
  /** Not to be kept: the next step changes it. */
  readonly model: FittedModel | undefined;
  /** The same object until the next step or fit. */
  readonly outlook: Outlook | undefined;
}

/**
 * Replays a recorded past through the code that decides the live answer. Each minute knows only what was over by then.
 *
 * @param onMoment called in each minute, oldest first
 */
export function replaySignal(
  { load, steps, stepKnownAtSeconds }: Recording,
  options: BacktestOptions,
  onMoment?: (moment: Moment) => void,
): Replay {
  const { span, trigger, refitSeconds, calendar } = options;
  const model = new RefittingModel({ trigger }, refitSeconds, 0, calendar);
  const minutes = span.to - span.from;
  const values = new Float64Array(minutes);
  const active = new Uint8Array(minutes);
  const forecastPeaks = new Float64Array(minutes);
  const forecastMeans = new Float64Array(minutes);
  const reasons: Reason[] = [];
  let knownSteps = 0;
  let fits = 0;
  let fitSeconds = 0;

  for (let minute = 0; minute < minutes; minute++) {
    const nowSeconds = load.startSeconds + 60 * (span.from + minute);
    while (knownSteps < stepKnownAtSeconds.length && stepKnownAtSeconds[knownSteps]! <= nowSeconds)
      knownSteps++;
    const known = firstSteps(steps, knownSteps);
    const endSeconds = steps.startSeconds + knownSteps * steps.stepSeconds;
    const boundary = model.dueBoundarySeconds(nowSeconds, endSeconds);
    if (boundary !== undefined) {
      const startedAt = performance.now();
      const history = learnableSteps(known, trigger, boundary);
      if (history.values.length > 0) {
        model.offer(boundary, fitCompact(history, fitOptions(trigger, boundary, options)));
        fitSeconds += (performance.now() - startedAt) / 1000;
        fits++;
      }
    }
    model.advance(nowSeconds, known);
    const observed = load.observed[span.from + minute]!;
    const outlook = model.outlook(nowSeconds);
    const now: Now = {
      observed: Number.isNaN(observed) ? undefined : observed,
      stale: false,
      events: model.events(nowSeconds),
    };
    const signal = decideSignal(trigger, outlook, now);
    values[minute] = signal.value;
    active[minute] = signal.active ? 1 : 0;
    forecastPeaks[minute] = outlook?.forecast.peak ?? Number.NaN;
    forecastMeans[minute] = outlook?.forecast.mean.at(-1) ?? Number.NaN;
    reasons.push(signal.reason);
    onMoment?.({ minute, nowSeconds, now, model: model.model, outlook });
  }
  const stage = model.model?.stage ?? 'observed';
  return { values, active, forecastPeaks, forecastMeans, reasons, stage, fits, fitSeconds };
}

/** What a model is fitted on at a boundary: the steps before it, with short gaps bridged. */
export function learnableSteps(
  steps: Series,
  { historySeconds }: Trigger,
  boundarySeconds: number,
): Required<Series> {
  const window = cutSeries(steps, boundarySeconds - historySeconds, boundarySeconds);
  return fillGaps({ ...window, peaks: window.peaks ?? window.values.slice() });
}

/** How many minutes were answered for each reason. */
export function minutesByReason({ reasons }: Replay): Partial<Record<Reason, number>> {
  const counts: Partial<Record<Reason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** A view of the first steps of a series. */
function firstSteps(series: Series, count: number): Series {
  return {
    ...series,
    values: series.values.subarray(0, count),
    ...(series.peaks && { peaks: series.peaks.subarray(0, count) }),
  };
}
