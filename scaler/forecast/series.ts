import type { Series } from './types.js';

/** Epoch seconds at which the newest step of a series ends. */
export function seriesEndSeconds({ startSeconds, stepSeconds, values }: Series): number {
  return startSeconds + values.length * stepSeconds;
}

/** The part of a history in `[fromSeconds, toSeconds)`, copied. Shorter where the history is. */
export function cutSeries(history: Series, fromSeconds: number, toSeconds: number): Series {
  const { startSeconds, stepSeconds, values, peaks } = history;
  const index = (atSeconds: number): number =>
    Math.min(values.length, Math.max(0, Math.round((atSeconds - startSeconds) / stepSeconds)));
  const first = index(fromSeconds);
  const last = Math.max(first, index(toSeconds));
  return {
    startSeconds: startSeconds + first * stepSeconds,
    stepSeconds,
    values: values.slice(first, last),
    peaks: peaks?.slice(first, last),
  };
}
