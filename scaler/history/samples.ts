import type { Series } from '../forecast/types.js';
import { formatDuration } from '../shared/duration.js';
import { invalid } from '../shared/errors.js';

/** Most steps of a series: 19 years of minutes, in a few hundred megabytes. */
const MOST_STEPS = 10_000_000;

/** Measurements at irregular times, oldest first, without unknown values. */
export interface Samples {
  /** Epoch seconds, strictly ascending. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** The usual distance between two samples in seconds: the median, so that gaps do not count. NaN for fewer than two. */
export function sampleIntervalSeconds({ timestamps }: Samples): number {
  const distances = new Float64Array(Math.max(0, timestamps.length - 1));
  for (let i = 0; i < distances.length; i++) distances[i] = timestamps[i + 1]! - timestamps[i]!;
  distances.sort();
  return distances[distances.length >> 1] ?? Number.NaN;
}

/**
 * Mean and maximum of the samples in each step, on a grid of multiples of the step from the first sample to the last;
 * NaN in steps without a sample.
 *
 * @throws ScalerError `invalid` when that is too many steps
 */
export function seriesOfSamples({ timestamps, values }: Samples, stepSeconds: number): Required<Series> {
  const first = Math.floor((timestamps[0] ?? 0) / stepSeconds);
  const steps = timestamps.length === 0 ? 0 : Math.floor(timestamps.at(-1)! / stepSeconds) - first + 1;
  if (steps > MOST_STEPS)
    throw invalid(
      `the samples cover ${steps} steps of ${formatDuration(stepSeconds)}; at most ${MOST_STEPS}: lengthen the step`,
    );
  const means = new Float64Array(steps);
  const peaks = new Float64Array(steps).fill(Number.NaN);
  const counts = new Int32Array(steps);
  for (let i = 0; i < timestamps.length; i++) {
    const step = Math.floor(timestamps[i]! / stepSeconds) - first;
    means[step]! += values[i]!;
    counts[step]!++;
    if (!(values[i]! <= peaks[step]!)) peaks[step] = values[i]!;
  }
  for (let step = 0; step < steps; step++)
    means[step] = counts[step]! > 0 ? means[step]! / counts[step]! : Number.NaN;
  return { startSeconds: first * stepSeconds, stepSeconds, values: means, peaks };
}
