/** Past steps from which forecasts are made again to measure them, `horizonSteps` from each. */
export interface Origins {
  /** Ascending. */
  readonly steps: Int32Array;
  /** Usual distance between two of them. */
  readonly stride: number;
  readonly horizonSteps: number;
}

/**
 * Spreads about `most` origins from `earliest` on; the last one is the second-newest step, so that at least one step after
 * each is known. Where they are several steps apart, they move by a step from day to day: origins always at the same times of
 * day would never measure what happens between them, such as the start of an hourly job.
 *
 * @param daySteps steps of a day
 */
export function spreadOrigins(
  length: number,
  earliest: number,
  most: number,
  daySteps: number,
  horizonSteps: number,
): Origins {
  const last = length - 2;
  const stride = Math.max(1, Math.ceil((last - earliest + 1) / most));
  const steps: number[] = [];
  for (let back = 0; ; back += stride) {
    const step = last - back - (Math.floor(back / daySteps) % stride);
    if (step < earliest) break;
    steps.push(step);
  }
  return { steps: Int32Array.from(steps.reverse()), stride, horizonSteps };
}
