import type { Series } from '../forecast/types.js';
import { shortGapSeconds } from './fill-gaps.js';

/** Above 0 while the source reads any target at all: `up` is written for every target at every scrape. */
export const heartbeatQuery = 'max(up)';

/** Prometheus repeats a sample for so long, so a heartbeat may seem to last longer than it did. */
const lookbackSeconds = 300;

/** Whether the source was recording in a step of a series; undefined where that is not known. */
export type WasRecording = (step: number) => boolean | undefined;

/**
 * Sets steps to 0 in which a query had no series although the source was recording: its result was empty, which reads
 * as no load. Absences as short as a restart of an exporter stay unknown, and so do steps close to an outage of the
 * source, in which the query may have had too few samples. Steps before the first known one are left alone: the
 * workload is taken to be new. Changes the arrays it is given.
 *
 * @param knowsEarlier whether something is known before the series begins
 */
export function readAbsence(
  series: Required<Series>,
  wasRecording: WasRecording,
  knowsEarlier = false,
): Required<Series> {
  const { values, peaks, stepSeconds } = series;
  const margin = Math.max(1, Math.ceil(lookbackSeconds / stepSeconds));
  const isBesideOutage = (step: number): boolean => {
    for (let near = step - margin; near <= step + margin; near++)
      if (wasRecording(near) === false) return true;
    return false;
  };
  for (const [from, to] of absences(series, knowsEarlier))
    for (let step = from; step < to; step++)
      if (wasRecording(step) && !isBesideOutage(step)) {
        values[step] = 0;
        peaks[step] = 0;
      }
  return series;
}

/**
 * As `readAbsence`, for a whole series.
 *
 * @param heartbeat of the source, on the same grid; undefined or without a beat where it has none
 */
export function readAbsenceBy(series: Required<Series>, heartbeat: Series | undefined): Required<Series> {
  const beats = heartbeat?.values;
  const hasBeat = beats?.some((beat) => beat > 0) ?? false;
  const wasRecording = (step: number) => (beats?.[step] === undefined ? undefined : beats[step] > 0);
  return readAbsence(series, hasBeat ? wasRecording : recurringAbsence(series));
}

/** Whether a series has an absence that `readAbsence` would look into. */
export function hasAbsence(series: Series): boolean {
  return !absences(series, false).next().done;
}

/**
 * Tells absence from an outage where the source cannot: a step is taken for one in which the source was recording when
 * the series was absent at its time of day on most days, or at its time of the week in most weeks, more than once.
 */
export function recurringAbsence(series: Series): WasRecording {
  const { values, stepSeconds } = series;
  const absence = new Int32Array(values.length);
  let count = 0;
  for (const [from, to] of absences(series, false)) absence.fill(++count, from, to);
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
  return (step) =>
    absence[step]! > 0 && (recurs(step, 86_400) || recurs(step, 7 * 86_400)) ? true : undefined;
}

/** Runs of unknown steps longer than a restart, as `[from, to)`. */
function* absences(
  { values, stepSeconds }: Series,
  knowsEarlier: boolean,
): Generator<readonly [from: number, to: number]> {
  let from = knowsEarlier ? 0 : -1;
  for (let step = 0; step <= values.length; step++) {
    if (step < values.length && Number.isNaN(values[step]!)) continue;
    if (from >= 0 && (step - from) * stepSeconds > shortGapSeconds) yield [from, step];
    from = step + 1;
  }
}
