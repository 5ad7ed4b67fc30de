import type { Series } from '../forecast/types.js';

/** Gaps up to this are bridged whatever the step: a restart of Prometheus or of an exporter. */
export const SHORT_GAP_SECONDS = 15 * 60;

/** So many missing steps are bridged even when they last longer. */
const SHORT_GAP_STEPS = 3;

/** Longest run of unknown steps that is bridged: 15 minutes, and at least 3 steps. */
export function longestBridgedGap(stepSeconds: number): number {
  return Math.max(SHORT_GAP_STEPS, Math.floor(SHORT_GAP_SECONDS / stepSeconds));
}

/**
 * Makes a series fit for learning: unknown steps before the first known one are cut off, and short gaps are bridged
 * with straight lines. Longer gaps and the end stay NaN. Changes the arrays it is given.
 */
export function fillGaps(series: Required<Series>): Required<Series> {
  const { values, peaks, startSeconds, stepSeconds } = series;
  const firstKnown = values.findIndex((value) => !Number.isNaN(value));
  const cut = firstKnown === -1 ? values.length : firstKnown;
  const longest = longestBridgedGap(stepSeconds);
  let lastKnown = cut;
  for (let step = cut + 1; step < values.length; step++) {
    if (Number.isNaN(values[step]!)) continue;
    const missing = step - lastKnown - 1;
    if (missing > 0 && missing <= longest) {
      bridge(values, lastKnown, step);
      bridge(peaks, lastKnown, step);
    }
    lastKnown = step;
  }
  return {
    startSeconds: startSeconds + cut * stepSeconds,
    stepSeconds,
    values: values.subarray(cut),
    peaks: peaks.subarray(cut),
  };
}

function bridge(values: Float64Array, left: number, right: number): void {
  const slope = (values[right]! - values[left]!) / (right - left);
  for (let step = left + 1; step < right; step++) values[step] = values[left]! + slope * (step - left);
}
