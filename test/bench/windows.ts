import type { Series } from '../../scaler/forecast/index.js';
import { fillGaps } from '../../scaler/history/fill-gaps.js';
import { sampleIntervalSeconds, seriesOfSamples } from '../../scaler/history/samples.js';
import type { Trace } from './traces.js';

const DAY_SECONDS = 86_400;
const STEP_SECONDS = 300;
/** Windows of a trace, spread evenly over its last days. */
const WINDOWS = 8;
export const HORIZON_SECONDS = 7200;

/** One forecast to make: what is known, and what came. */
export interface Window {
  readonly trace: string;
  readonly stepSeconds: number;
  readonly startSeconds: number;
  readonly known: Float64Array;
  /** The two hours after. */
  readonly came: Float64Array;
}

/** A trace at regular steps, and from where to where forecasts of it are judged. */
export interface Evaluated {
  /** Gaps of any length are bridged, so that every forecast can be compared. */
  readonly series: Series;
  /** Steps of history before each origin. */
  readonly historySteps: number;
  /** The first step that is unknown to the first and to the last forecast; two hours are known after it. */
  readonly firstOrigin: number;
  readonly lastOrigin: number;
}

/**
 * The last days of a trace with two weeks of history at five-minute steps, or six weeks where samples are further apart.
 * Undefined when fewer than four days of history are left.
 *
 * @param days to evaluate, at five-minute steps and at coarser ones
 */
export function evaluatedSeries(
  { samples }: Trace,
  days: { readonly fine: number; readonly coarse: number },
): Evaluated | undefined {
  const stepSeconds = Math.max(STEP_SECONDS, Math.round(sampleIntervalSeconds(samples)));
  const isFine = stepSeconds <= STEP_SECONDS;
  const day = DAY_SECONDS / stepSeconds;
  const sampled = seriesOfSamples(samples, stepSeconds);
  const series = fillGaps({ ...sampled, peaks: sampled.peaks ?? sampled.values.slice() });
  bridge(series.values);
  bridge(series.peaks);
  const lastOrigin = series.values.length - HORIZON_SECONDS / stepSeconds;
  const firstOrigin = lastOrigin - (isFine ? days.fine : days.coarse) * day;
  const historySteps = Math.min((isFine ? 14 : 42) * day, firstOrigin);
  return historySteps >= 4 * day ? { series, historySteps, firstOrigin, lastOrigin } : undefined;
}

/** Forecasts to make on a trace: eight starts over the last two days, or the last week where samples are further apart. */
export function windowsOf(trace: Trace): Window[] {
  const evaluated = evaluatedSeries(trace, { fine: 2, coarse: 7 });
  if (evaluated === undefined) return [];
  const { series, historySteps, firstOrigin, lastOrigin } = evaluated;
  const { values, startSeconds, stepSeconds } = series;
  return Array.from({ length: WINDOWS }, (_, k) => {
    const origin = Math.trunc(firstOrigin + (k * (lastOrigin - firstOrigin)) / (WINDOWS - 1));
    return {
      trace: trace.name,
      stepSeconds,
      startSeconds: startSeconds + (origin - historySteps) * stepSeconds,
      known: values.slice(origin - historySteps, origin),
      came: values.slice(origin, origin + HORIZON_SECONDS / stepSeconds),
    };
  });
}

function bridge(values: Float64Array): void {
  let last = 0;
  for (let at = 1; at < values.length; at++) {
    if (Number.isNaN(values[at]!)) continue;
    const rise = (values[at]! - values[last]!) / (at - last);
    for (let k = last + 1; k < at; k++) values[k] = values[last]! + rise * (k - last);
    last = at;
  }
}
