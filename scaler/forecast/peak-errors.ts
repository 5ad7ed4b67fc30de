import type { Origins } from './origins.js';

/** How forecasts of the peak over the horizon would have done at past origins. NaN where the peak is not known. */
export interface PeakErrors {
  /** Highest value in the horizon minus the highest forecast. */
  readonly errors: Float64Array;
  /** The same for "the last value stays". */
  readonly lastValueErrors: Float64Array;
}

/**
 * Measures replayed forecasts by the peak over the horizon. An origin counts when every step of its horizon is known.
 *
 * @param replayed `horizonSteps` values for each origin
 */
export function measurePeaks(
  peaks: Float64Array,
  replayed: Float64Array,
  origins: Origins,
  horizonSteps: number,
): PeakErrors {
  const errors = new Float64Array(origins.count).fill(Number.NaN);
  const lastValueErrors = new Float64Array(origins.count).fill(Number.NaN);
  for (let i = 0; i < origins.count; i++) {
    const origin = origins.first + i * origins.stride;
    if (origin + horizonSteps >= peaks.length) break;
    let actual = peaks[origin + 1]!;
    let foretold = replayed[i * horizonSteps]!;
    for (let h = 1; h < horizonSteps; h++) {
      actual = Math.max(actual, peaks[origin + 1 + h]!);
      foretold = Math.max(foretold, replayed[i * horizonSteps + h]!);
    }
    errors[i] = actual - foretold;
    lastValueErrors[i] = actual - peaks[origin]!;
  }
  return { errors, lastValueErrors };
}
