import type { Series } from '../forecast/types.js';
import { type Samples, seriesOfSamples } from '../history/samples.js';
import { type Load, loadOfSamples } from './load.js';

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

function stepEnds({ startSeconds, stepSeconds, values }: Series): Float64Array {
  return Float64Array.from(values, (_, step) => startSeconds + (step + 1) * stepSeconds);
}
