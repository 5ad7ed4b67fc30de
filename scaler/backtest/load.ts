import type { Series } from '../forecast/types.js';
import { type Samples, sampleIntervalSeconds } from '../history/samples.js';

/** How long a value is used when no newer one arrives: Prometheus' own lookback. */
const LOOKBACK_SECONDS = 300;

/** A workload's load on a one-minute grid, with what could be known of it at each moment. */
export interface Load {
  /** Epoch seconds at which the first minute begins; a multiple of 60. */
  readonly startSeconds: number;
  /** Highest load in each minute; NaN where unknown. */
  readonly demand: Float64Array;
  /**
   * The load that a query at the beginning of each minute would have answered: the newest sample that was complete by
   * then. NaN where there was none for five minutes.
   */
  readonly observed: Float64Array;
  /** Usual distance between the samples behind this. */
  readonly sampleSeconds: number;
}

/**
 * Puts samples on the minute grid. A sample stands for the time until the next one is due, and is known when that time
 * is over, so a minute never knows its own load. Samples further apart than a minute are repeated for each minute.
 *
 * @param samples at least two
 */
export function loadOfSamples(samples: Samples): Load {
  const { timestamps, values } = samples;
  const sampleSeconds = sampleIntervalSeconds(samples);
  const minutesPerSample = Math.max(1, Math.round(sampleSeconds / 60));
  const first = Math.floor(timestamps[0]! / 60);
  const count = Math.floor(timestamps.at(-1)! / 60) - first + minutesPerSample;
  const demand = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < timestamps.length; i++) {
    const from = Math.floor(timestamps[i]! / 60) - first;
    for (let minute = from; minute < from + minutesPerSample; minute++)
      if (!(values[i]! <= demand[minute]!)) demand[minute] = values[i]!;
  }
  const observed = new Float64Array(count).fill(Number.NaN);
  const lookbackSeconds = Math.max(LOOKBACK_SECONDS, 2 * sampleSeconds);
  let newest = -1;
  for (let minute = 0; minute < count; minute++) {
    const now = (first + minute) * 60;
    while (newest + 1 < timestamps.length && timestamps[newest + 1]! + sampleSeconds <= now) newest++;
    if (newest >= 0 && now - timestamps[newest]! - sampleSeconds <= lookbackSeconds)
      observed[minute] = values[newest]!;
  }
  return { startSeconds: first * 60, demand, observed, sampleSeconds };
}

/**
 * The load out of a series with a step of one minute: the maximum of each minute is its demand, and what is seen at the
 * beginning of a minute is the mean of the one before. Begins with the first known minute.
 *
 * @returns undefined when no minute is known
 */
export function loadOfMinutes({ startSeconds, values, peaks }: Series): Load | undefined {
  const first = values.findIndex((value) => !Number.isNaN(value));
  if (first < 0) return undefined;
  const observed = new Float64Array(values.length - first).fill(Number.NaN);
  let newest = first;
  for (let minute = 1; minute < observed.length; minute++) {
    const before = first + minute - 1;
    if (!Number.isNaN(values[before]!)) newest = before;
    if ((before - newest) * 60 <= LOOKBACK_SECONDS) observed[minute] = values[newest]!;
  }
  return {
    startSeconds: startSeconds + 60 * first,
    demand: (peaks ?? values).slice(first),
    observed,
    sampleSeconds: 60,
  };
}
