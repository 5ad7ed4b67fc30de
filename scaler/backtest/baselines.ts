import type { Load } from '../policy/load.js';

/** Minutes of the load that are looked at: `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The metric of a plain reactive HPA: the load as it was last seen. */
export function reactiveSignal(load: Load, { from, to }: Span): Float64Array {
  return load.observed.slice(from, to);
}

/**
 * The metric that knows what is coming: the highest load from each minute until the horizon. No scaler can have it; it
 * is the measure of what a forecast could save at best.
 */
export function oracleSignal(load: Load, { from, to }: Span, horizonMinutes: number): Float64Array {
  return highestWithin(load.demand, { from, to }, horizonMinutes);
}

/**
 * The offset query that people write by hand: the load as it was last seen, or the highest load from the same minute a
 * period ago until the horizon, whichever is more. Where the history does not reach back it is the load last seen.
 *
 * @param periodMinutes 1440 for yesterday, 10,080 for last week; more than the horizon.
 */
export function sameTimeSignal(
  load: Load,
  { from, to }: Span,
  horizonMinutes: number,
  periodMinutes: number,
): Float64Array {
  const ago = highestWithin(
    load.demand,
    { from: from - periodMinutes, to: to - periodMinutes },
    horizonMinutes,
  );
  return ago.map((past, i) => {
    const seen = load.observed[from + i]!;
    if (Number.isNaN(past)) return seen;
    return Number.isNaN(seen) ? past : Math.max(seen, past);
  });
}

/** For each minute of the span, the highest known value from it until `minutes` later; NaN where none is known. */
function highestWithin(values: Float64Array, { from, to }: Span, minutes: number): Float64Array {
  const highest = new Float64Array(to - from).fill(Number.NaN);
  for (let i = 0; i < highest.length; i++) {
    const end = Math.min(values.length, from + i + minutes);
    for (let minute = Math.max(0, from + i); minute < end; minute++)
      if (!(values[minute]! <= highest[i]!) && !Number.isNaN(values[minute]!)) highest[i] = values[minute]!;
  }
  return highest;
}
