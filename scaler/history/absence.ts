import type { Series } from '../forecast/types.js';
import { SHORT_GAP_SECONDS } from './fill-gaps.js';

/** Above 0 while the source reads any target: `up` is written for every target at every scrape. */
export const HEARTBEAT_QUERY = 'max(up)';

/** Prometheus repeats a sample for so long, so a heartbeat may seem to last longer than it does. */
const LOOKBACK_SECONDS = 300;

/**
 * Sets steps to 0 in which a query had no series although the source was recording. Absences as short as a restart of
 * an exporter stay unknown, and so do steps close to an outage of the source, in which the query may have had too few
 * samples. Steps before the first known one stay unknown too: the workload may be new. Changes the arrays it is given.
 *
 * @param beatAt heartbeat of the source in a step; undefined where it is not known. Without any beat absences that
 *   recur count.
 */
export function readAbsence(
  series: Required<Series>,
  beatAt: (step: number) => number | undefined,
): Required<Series> {
  const { values, peaks, stepSeconds } = series;
  const margin = Math.max(1, Math.ceil(LOOKBACK_SECONDS / stepSeconds));
  const hasBeat = values.some((_, step) => (beatAt(step) ?? 0) > 0);
  const isOutage = (step: number): boolean => {
    const beat = beatAt(step);
    return beat !== undefined && !(beat > 0);
  };
  const isAbsent = hasBeat
    ? (step: number) => {
        for (let near = step - margin; near <= step + margin; near++) if (isOutage(near)) return false;
        return beatAt(step) !== undefined;
      }
    : recurringAbsence(series);
  for (const [from, to] of absences(series))
    for (let step = from; step < to; step++) if (isAbsent(step)) values[step] = peaks[step] = 0;
  return series;
}

/** Whether a series has an absence that `readAbsence` would look into. */
export function hasAbsence(series: Series): boolean {
  return !absences(series).next().done;
}

/**
 * Tells absences from outages without a heartbeat: in an absence the series was absent more than once, at this time of
 * day on most days or at this time of the week in most weeks.
 */
export function recurringAbsence(series: Series): (step: number) => boolean {
  const { values, stepSeconds } = series;
  const absence = new Int32Array(values.length);
  let count = 0;
  for (const [from, to] of absences(series)) absence.fill(++count, from, to);
  const first = values.findIndex((value) => !Number.isNaN(value));
  const recurs = (step: number, periodSeconds: number): boolean => {
    const period = periodSeconds / stepSeconds;
    if (!Number.isInteger(period)) return false;
    const seen = new Set<number>();
    let cycles = 0;
    for (let at = first + ((step - first) % period); at < values.length; at += period) {
      cycles++;
      if (absence[at]! > 0) seen.add(absence[at]!);
    }
    return seen.size >= 2 && 2 * seen.size >= cycles;
  };
  return (step) => absence[step]! > 0 && (recurs(step, 86_400) || recurs(step, 7 * 86_400));
}

/** Runs of unknown steps longer than a restart, after the first known step, as `[from, to)`. */
function* absences({ values, stepSeconds }: Series): Generator<readonly [from: number, to: number]> {
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    if (step < values.length && Number.isNaN(values[step]!)) continue;
    if (from >= 0 && (step - from) * stepSeconds > SHORT_GAP_SECONDS) yield [from, step];
    from = step + 1;
  }
}
