import { offsetForLog } from '../scale-form.js';
import type { RecentPast } from '../types.js';

/** A step is wild that changes by this many times the mean change, and back. */
const WILD_TIMES = 15;

/**
 * The values of a series as the regression and the nearest moments see them: in the log form where the load was never
 * negative, with a mean of 0 and a variance of 1. Undefined when there is nothing to learn: no known value, or one only.
 */
export function recentPast(values: Float64Array, daySteps: number): RecentPast | undefined {
  const logOffset = offsetForLog(values);
  const known = values.filter((value) => !Number.isNaN(value)).map((value) => toLog(value, logOffset));
  const center = known.reduce((sum, value) => sum + value, 0) / known.length;
  const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - center) ** 2, 0) / known.length);
  if (!(spread > 1e-9 * (1 + Math.abs(center)))) return undefined;
  const past = { logOffset, center, spread, wildChange: 0, values: new Float64Array(values.length) };
  let changes = 0;
  for (let t = 0; t < values.length; t++) {
    past.values[t] = scaledOrLikely(past, t, values[t]!, daySteps);
    if (t > 0) changes += Math.abs(past.values[t]! - past.values[t - 1]!);
  }
  return { ...past, wildChange: (WILD_TIMES * changes) / values.length };
}

/**
 * The values without single wild steps: those far from the step before and the step after, and from the same time
 * yesterday. What is wild at the same time on two days is kept. The newest step has no step after it and stays.
 */
export function withoutWildSteps({ values, wildChange }: RecentPast, daySteps: number): RecentPast['values'] {
  const calm = values.slice();
  for (let t = 1; t < values.length - 1; t++) {
    const value = values[t]!;
    if (Math.abs(value - values[t - 1]!) <= wildChange || Math.abs(value - values[t + 1]!) <= wildChange)
      continue;
    if (Math.abs(values[t + 1]! - values[t - 1]!) > wildChange) continue;
    const yesterday = values[t - daySteps];
    if (yesterday !== undefined && Math.abs(value - yesterday) <= wildChange) continue;
    calm[t] = (values[t - 1]! + values[t + 1]!) / 2;
  }
  return calm;
}

/** Takes in the value of a new step; the oldest one is forgotten. */
export function appendToPast(past: RecentPast, value: number, daySteps: number): void {
  const last = past.values.length - 1;
  past.values.copyWithin(0, 1);
  past.values[last] = scaledOrLikely(past, last, value, daySteps);
}

/** The same past with its newest `steps` only, in single precision where it is kept for long. */
export function newestOfPast(past: RecentPast, steps: number): RecentPast {
  return { ...past, values: past.values.slice(-steps) };
}

/** A number in the scale of a past as a value of the series. */
export function fromPastScale({ logOffset, center, spread }: RecentPast, scaled: number): number {
  const value = center + spread * scaled;
  if (logOffset === 0) return value;
  return Math.exp(Math.min(Math.log(logOffset) + 14, value)) - logOffset;
}

/** Sums of all values before each index: the mean of any stretch is then one difference. */
export function runningSums(values: RecentPast['values']): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) sums[t + 1] = sums[t]! + values[t]!;
  return sums;
}

/** An unknown value is taken to be as at the same time yesterday; before there was a yesterday, as the one before. */
function scaledOrLikely(past: RecentPast, t: number, value: number, daySteps: number): number {
  if (!Number.isNaN(value)) return (toLog(value, past.logOffset) - past.center) / past.spread;
  return past.values[t - daySteps] ?? past.values[t - 1] ?? 0;
}

function toLog(value: number, logOffset: number): number {
  return logOffset === 0 ? value : Math.log(Math.max(value, 0) + logOffset);
}
