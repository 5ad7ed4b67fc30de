import { levelRatio } from './level.js';
import type { Timeline } from './timeline.js';

const WEEK_DAYS = 7;

/**
 * The values with what would probably have been in place of those that are not to be learnt: as a week before (or two, ...), as a week
 * after where no week before is known, or else as the day before; at the level of then. What is unknown without being special stays so.
 *
 * @param ordinary values; NaN where unknown or not to be learnt
 * @param skipped 1 for each step that is not to be learnt
 */
export function likelyValues(ordinary: Float64Array, skipped: Uint8Array, timeline: Timeline): Float64Array {
  const likely = ordinary.slice();
  const { daySteps, stepSeconds } = timeline;
  const weekSteps = WEEK_DAYS * daySteps;
  const farthest = Math.ceil(ordinary.length / weekSteps);
  const sources = [
    ...Array.from({ length: farthest }, (_, k) => (k + 1) * weekSteps),
    ...Array.from({ length: farthest }, (_, k) => -(k + 1) * weekSteps),
    ...Array.from({ length: farthest * WEEK_DAYS }, (_, k) => (k + 1) * daySteps),
  ];
  let scales = new Map<number, number>();
  for (let t = 0; t < ordinary.length; t++) {
    if (!skipped[t]) {
      if (scales.size > 0) scales = new Map();
      continue;
    }
    const back = sources.find((steps) => !Number.isNaN(ordinary[timeline.before(t, steps)] ?? Number.NaN));
    if (back === undefined) continue;
    // One scale for a run of special steps: that of its first one.
    let scale = scales.get(back);
    if (scale === undefined) {
      scale = levelRatio(ordinary, stepSeconds, t, timeline.before(t, back));
      scales.set(back, scale);
    }
    likely[t] = scale * ordinary[timeline.before(t, back)]!;
  }
  return likely;
}
