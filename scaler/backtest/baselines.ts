import type { Load } from '../policy/load.js';
import type { Span } from './replay.js';

/**
 * The metric that knows what is coming: the highest load from each minute until the horizon. No scaler can have it; it
 * is the measure of what a forecast could save at best.
 */
export function oracleSignal({ demand }: Load, { from, to }: Span, horizonMinutes: number): Float64Array {
  const highest = new Float64Array(to - from).fill(Number.NaN);
  for (let i = 0; i < highest.length; i++) {
    const end = Math.min(demand.length, from + i + horizonMinutes);
    for (let minute = Math.max(0, from + i); minute < end; minute++)
      if (!(demand[minute]! <= highest[i]!) && !Number.isNaN(demand[minute]!)) highest[i] = demand[minute]!;
  }
  return highest;
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
  const ago = oracleSignal(load, { from: from - periodMinutes, to: to - periodMinutes }, horizonMinutes);
  return ago.map((past, i) => {
    const seen = load.observed[from + i]!;
    if (Number.isNaN(past)) return seen;
    return Number.isNaN(seen) ? past : Math.max(seen, past);
  });
}
