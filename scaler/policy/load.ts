import type { Series } from '../forecast/types.js';

/** How long a value is used when no newer one arrives: the lookback of Prometheus. */
export const LOOKBACK_SECONDS = 300;

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
 * The load from a series with a step of one minute: the maximum of each minute is its demand, and the load observed at the
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
