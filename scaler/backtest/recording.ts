import type { Series } from '../forecast/types.js';
import { hasAbsence, readAbsence, recurringAbsence } from '../history/absence.js';
import { type Samples, sampleIntervalSeconds, seriesOfSamples } from '../history/samples.js';
import { rangeInSlices } from '../history/slices.js';
import type { HistorySource } from '../history/types.js';
import { LOOKBACK_SECONDS, type Load, loadOfMinutes } from '../policy/load.js';
import { ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';

/** A recorded past in both forms that a replay needs. */
export interface Recording {
  /** The load minute by minute. */
  readonly load: Load;
  /** The same past on the trigger's step grid, as the planner learns from it. */
  readonly steps: Series;
  /** Epoch seconds at which each step is over and all of its samples are in; ascending. */
  readonly stepKnownAtSeconds: Float64Array;
}

/** Absences in a file are looked for on this grid, or that of the samples where it is coarser. */
const ABSENCE_GRID_SECONDS = 300;

/**
 * A recording of samples as a file holds them.
 *
 * @param ignoreNullValues whether times without samples that recur daily or weekly read as no load
 */
export function recordingOfSamples(given: Samples, stepSeconds: number, ignoreNullValues = false): Recording {
  const samples = ignoreNullValues ? withAbsence(given) : given;
  const load = loadOfSamples(samples);
  const steps = seriesOfSamples(samples, stepSeconds);
  const stepKnownAtSeconds = stepEnds(steps);
  const { timestamps } = samples;
  for (let i = 0; i < timestamps.length; i++) {
    const step = Math.floor((timestamps[i]! - steps.startSeconds) / stepSeconds);
    const complete = timestamps[i]! + load.sampleSeconds;
    if (complete > stepKnownAtSeconds[step]!) stepKnownAtSeconds[step] = complete;
  }
  return { load, steps, stepKnownAtSeconds };
}

/**
 * Puts samples on the minute grid. A sample stands for the time until the next one is due and is known after it, so no
 * minute knows its own load. Samples more than a minute apart are repeated for each minute.
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
 * A recording of what a trigger's query gave until now: steps for the model, asked as the live planner asks, and minutes
 * for the load.
 *
 * @param spanSeconds how far back to ask
 * @returns undefined when the query gave nothing in all of that time.
 * @throws ScalerError as the source does
 */
export async function recordingOfQuery(
  source: HistorySource,
  { query, stepSeconds, ignoreNullValues }: Pick<Trigger, 'query' | 'stepSeconds' | 'ignoreNullValues'>,
  nowSeconds: number,
  spanSeconds: number,
): Promise<Recording | undefined> {
  const ask = async (gridSeconds: number) => {
    const toSeconds = Math.floor(nowSeconds / gridSeconds) * gridSeconds;
    const fromSeconds = toSeconds - Math.ceil(spanSeconds / gridSeconds) * gridSeconds;
    const inSlices = (ask: (from: number, to: number) => Promise<Series>, isHeartbeat?: boolean) =>
      rangeInSlices(ask, source.sliceSteps(gridSeconds, isHeartbeat), fromSeconds, toSeconds, gridSeconds);
    const series = await inSlices((from, to) => source.range(query, from, to, gridSeconds));
    if (!ignoreNullValues || !hasAbsence(series)) return series;
    const heartbeats = inSlices((from, to) => source.heartbeat(from, to, gridSeconds), true);
    const heartbeat = await heartbeats.catch((error) => {
      // A source may refuse it; what recurs says enough then.
      if (error instanceof ScalerError) return undefined;
      throw error;
    });
    return readAbsence(series, (step) => heartbeat?.values[step]);
  };
  const [minutes, steps] = await Promise.all([ask(60), ask(stepSeconds)]);
  const load = loadOfMinutes(minutes);
  return load && { load, steps, stepKnownAtSeconds: stepEnds(steps) };
}

/** The samples, with zeros at the times of day or week that regularly have none: a file has no heartbeat to go by. */
function withAbsence(samples: Samples): Samples {
  const sampleSeconds = sampleIntervalSeconds(samples);
  const gridSeconds = Math.max(ABSENCE_GRID_SECONDS, 60 * Math.round(sampleSeconds / 60));
  const grid = seriesOfSamples(samples, gridSeconds);
  const isAbsent = recurringAbsence(grid);
  const all = Array.from(samples.timestamps, (at, i) => [at, samples.values[i]!] as const);
  for (let step = 0; step < grid.values.length; step++) {
    if (!isAbsent(step)) continue;
    const from = grid.startSeconds + step * gridSeconds;
    for (let at = from; at < from + gridSeconds; at += sampleSeconds) all.push([at, 0]);
  }
  all.sort(([a], [b]) => a - b);
  return {
    ...samples,
    timestamps: Float64Array.from(all, ([at]) => at),
    values: Float64Array.from(all, ([, value]) => value),
  };
}

function stepEnds({ startSeconds, stepSeconds, values }: Series): Float64Array {
  return Float64Array.from(values, (_, step) => startSeconds + (step + 1) * stepSeconds);
}
