import { levelRatio } from './level.js';
import type { Timeline } from './timeline.js';

const WEEK_DAYS = 7;

/**
 * The values with a likely load in place of excluded steps: that of a week before (or two, ...), of a week after where no week
 * before is known, or else of the day before, scaled to the level of the time. Unknown steps that are not excluded stay unknown.
 *
 * @param ordinary values; NaN where unknown or excluded
 * @param excluded 1 for each excluded step
 */
export function likelyValues(ordinary: Float64Array, excluded: Uint8Array, timeline: Timeline): Float64Array {
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
    if (!excluded[t]) {
      if (scales.size > 0) scales = new Map();
      continue;
    }
    const back = sources.find((steps) => !Number.isNaN(ordinary[timeline.before(t, steps)] ?? Number.NaN));
    if (back === undefined) continue;
    // A run of excluded steps has one scale, that of its first step.
    let scale = scales.get(back);
    if (scale === undefined) {
      scale = levelRatio(ordinary, stepSeconds, t, timeline.before(t, back));
      scales.set(back, scale);
    }
    likely[t] = scale * ordinary[timeline.before(t, back)]!;
  }
  return likely;
}
