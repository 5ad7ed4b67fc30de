import { type AnsweredSeries, type ApiAnswer, finiteOrNaN } from '../prometheus/api-answer.js';
import { clip } from '../shared/show.js';
import { longestBridgedGap } from './fill-gaps.js';

/** The steps of a joined series. */
export interface StepGrid {
  /** Epoch seconds at which the first step begins; a multiple of the step. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly steps: number;
}

/** One number for each step, from all series that a query gave. */
export interface Joined {
  /** NaN where no series has a value, and where several overlap. */
  readonly values: Float64Array;
  /** Samples that are not finite or belong to no step. */
  readonly dropped: number;
  /** What is wrong when several series overlap in more than a few steps. */
  readonly refusal: string | undefined;
}

/** Share of the steps in which series may overlap; as many steps as are bridged may in any case. */
const TOLERATED_SHARE = 0.05;

/** Most label sets in a message. */
const MAX_SHOWN = 3;

/**
 * Joins series that follow each other, as when a pod is replaced and its label `instance` changes. Both count in the
 * step in which one ends and the next begins. Steps in which series overlap are unknown: an instant query would be
 * refused.
 */
export function joinSeries(
  answers: readonly ApiAnswer[],
  statistic: 'mean' | 'maximum',
  grid: StepGrid,
): Joined {
  const { steps } = grid;
  const values = new Float64Array(steps).fill(Number.NaN);
  const counts = new Uint16Array(steps);
  /** Series of a step that began before it, and that go on after it. */
  const coming = new Uint16Array(steps);
  const going = new Uint16Array(steps);
  const one = new Float64Array(steps).fill(Number.NaN);
  const byLabels = seriesByLabels(answers);
  let dropped = 0;
  for (const parts of byLabels.values()) {
    let first = steps;
    let last = -1;
    for (const { samples } of parts)
      for (const [endSeconds, text] of samples) {
        const step = (endSeconds - grid.startSeconds) / grid.stepSeconds - 1;
        const value = finiteOrNaN(text);
        if (Number.isInteger(step) && step >= 0 && step < steps && !Number.isNaN(value)) {
          one[step] = value;
          first = Math.min(first, step);
          last = Math.max(last, step);
        } else dropped++;
      }
    for (let step = first; step <= last; step++) {
      const value = one[step]!;
      if (Number.isNaN(value)) continue;
      one[step] = Number.NaN;
      // A series at an edge of the range is assumed to go on beyond it.
      if (step > first || step === 0) coming[step]!++;
      if (step < last || step === steps - 1) going[step]!++;
      const before = counts[step]!++;
      if (before === 0) values[step] = value;
      else if (statistic === 'maximum') values[step] = Math.max(values[step]!, value);
      else values[step]! += (value - values[step]!) / (before + 1);
    }
  }
  let known = 0;
  let overlapping = 0;
  for (let step = 0; step < steps; step++) {
    if (counts[step]! > 0) known++;
    if (coming[step]! < 2 && going[step]! < 2) continue;
    values[step] = Number.NaN;
    overlapping++;
  }
  const tolerated = Math.max(longestBridgedGap(grid.stepSeconds), TOLERATED_SHARE * known);
  const labelSets = [...byLabels.keys()].map((labels) => labels.replace(/#\d+$/, ''));
  return { values, dropped, refusal: overlapping > tolerated ? severalSeriesMessage(labelSets) : undefined };
}

/** Says which series there are where one is needed, and how to make one of them. */
export function severalSeriesMessage(labelSets: readonly string[]): string {
  const shown = [...new Set(labelSets)]
    .sort()
    .slice(0, MAX_SHOWN)
    .map((set) => clip(set, 200));
  const count = labelSets.length;
  const more = count > shown.length ? ` and ${count - shown.length} more` : '';
  return `gives ${count} series for the query where one is needed: ${shown.join(', ')}${more}; put sum(...) or max(...) around the query`;
}

/** The parts of each series. Long label sets are cut, so those of two series in one answer may be equal. */
function seriesByLabels(answers: readonly ApiAnswer[]): Map<string, AnsweredSeries[]> {
  const byLabels = new Map<string, AnsweredSeries[]>();
  for (const { series } of answers) {
    const seen = new Map<string, number>();
    for (const one of series) {
      const count = seen.get(one.labels) ?? 0;
      seen.set(one.labels, count + 1);
      const key = count === 0 ? one.labels : `${one.labels}#${count}`;
      const parts = byLabels.get(key);
      if (parts) parts.push(one);
      else byLabels.set(key, [one]);
    }
  }
  return byLabels;
}
