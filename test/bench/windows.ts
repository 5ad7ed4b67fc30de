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

/**
 * Forecasts to make on a trace: two weeks of history at five-minute steps and eight starts over the last two days, or
 * six weeks and the last week where samples are further apart. Gaps of any length are bridged, so that every forecast
 * can be compared. A trace without four days of history has none.
 */
export function windowsOf({ name, samples }: Trace): Window[] {
  const stepSeconds = Math.max(STEP_SECONDS, Math.round(sampleIntervalSeconds(samples)));
  const isFine = stepSeconds <= STEP_SECONDS;
  const day = DAY_SECONDS / stepSeconds;
  const series = seriesOfSamples(samples, stepSeconds);
  const { values, startSeconds } = fillGaps({ ...series, peaks: series.peaks ?? series.values.slice() });
  bridge(values);
  const horizon = HORIZON_SECONDS / stepSeconds;
  const span = (isFine ? 2 : 7) * day;
  const history = Math.min((isFine ? 14 : 42) * day, values.length - span - horizon);
  if (!(history >= 4 * day)) return [];
  return Array.from({ length: WINDOWS }, (_, k) => {
    const origin = Math.trunc(values.length - span - horizon + (k * span) / (WINDOWS - 1));
    return {
      trace: name,
      stepSeconds,
      startSeconds: startSeconds + (origin - history) * stepSeconds,
      known: values.slice(origin - history, origin),
      came: values.slice(origin, origin + horizon),
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
