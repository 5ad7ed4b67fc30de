import type { Series } from '../forecast/types.js';
import { type Samples, seriesOfSamples } from '../history/samples.js';
import type { HistorySource } from '../history/types.js';
import { type Load, loadOfMinutes, loadOfSamples } from './load.js';

/** A recorded past in both forms that a replay needs. */
export interface Recording {
  /** The load minute by minute. */
  readonly load: Load;
  /** The same past on the trigger's step grid, as the planner learns from it. */
  readonly steps: Series;
  /** Epoch seconds at which each step is over and all of its samples are in; ascending. */
  readonly stepKnownAtSeconds: Float64Array;
}

/** A recording of samples as a file holds them. */
export function recordingOfSamples(samples: Samples, stepSeconds: number): Recording {
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
 * A recording of what a query gave until now, asked from the source as the live planner asks: the steps for the model,
 * and minutes for the load.
 *
 * @param spanSeconds how far back to ask
 * @returns undefined when the query gave nothing in all of that time.
 * @throws ScalerError as the source does
 */
export async function recordingOfQuery(
  source: HistorySource,
  query: string,
  nowSeconds: number,
  spanSeconds: number,
  stepSeconds: number,
): Promise<Recording | undefined> {
  const ask = (gridSeconds: number) => {
    const toSeconds = Math.floor(nowSeconds / gridSeconds) * gridSeconds;
    const steps = Math.ceil(spanSeconds / gridSeconds);
    return source.range(query, toSeconds - steps * gridSeconds, toSeconds, gridSeconds);
  };
  const [minutes, steps] = await Promise.all([ask(60), ask(stepSeconds)]);
  const load = loadOfMinutes(minutes);
  return load && { load, steps, stepKnownAtSeconds: stepEnds(steps) };
}

function stepEnds({ startSeconds, stepSeconds, values }: Series): Float64Array {
  return Float64Array.from(values, (_, step) => startSeconds + (step + 1) * stepSeconds);
}
