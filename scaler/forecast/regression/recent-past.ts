import { offsetForLog } from '../recursion/scale-form.js';
import type { RecentPast } from '../types.js';
import { LEAD_STEPS } from './features.js';

/** A step that changes by this many times the mean change, and back, is wild. */
const WILD_TIMES = 15;

/**
 * The values of a series as the regression and the nearest moments use them: in the log form where the load was never
 * negative, with a mean of 0 and a variance of 1. Undefined when all known values are the same, or none is known.
 */
export function recentPast(values: Float64Array, daySteps: number): RecentPast | undefined {
  const logOffset = offsetForLog(values);
  const known = values.filter((value) => !Number.isNaN(value)).map((value) => toLog(value, logOffset));
  const center = known.reduce((sum, value) => sum + value, 0) / known.length;
  const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - center) ** 2, 0) / known.length);
  if (!(spread > 1e-9 * (1 + Math.abs(center)))) return undefined;
  const raw = new Float64Array(values.length);
  const past = { logOffset, center, spread, wildChange: 0, raw, calm: raw };
  let changes = 0;
  for (let t = 0; t < values.length; t++) {
    raw[t] = scaledOrLikely(past, values[t]!, raw[t - daySteps] ?? raw[t - 1] ?? 0);
    if (t > 0) changes += Math.abs(raw[t]! - raw[t - 1]!);
  }
  const wildChange = (WILD_TIMES * changes) / values.length;
  return { ...past, wildChange, calm: raw.map((_, t) => calmValue(raw, t, wildChange, daySteps)) };
}

/**
 * The value of a step, or the mean of its neighbors where it is wild: far from the step before and the step after, and
 * from the same time yesterday. A value that is wild at the same time on two days is kept, and so is the newest step,
 * which has no step after it.
 */
function calmValue(raw: RecentPast['raw'], t: number, wildChange: number, daySteps: number): number {
  const value = raw[t]!;
  const before = raw[t - 1]!;
  const after = raw[t + 1]!;
  const isFar = (from: number) => Math.abs(value - from) > wildChange;
  // A neighbor that does not exist is NaN, which is far from no value.
  if (!isFar(before) || !isFar(after) || Math.abs(after - before) > wildChange) return value;
  const yesterday = raw[t - daySteps];
  return yesterday === undefined || isFar(yesterday) ? (before + after) / 2 : value;
}

/** Appends the value of a new step and drops the oldest one. */
export function appendToPast(past: RecentPast, value: number, daySteps: number): void {
  const { raw, calm, wildChange } = past;
  raw.copyWithin(0, 1);
  calm.copyWithin(0, 1);
  const newest = scaledOrLikely(past, value, raw.at(-1 - daySteps) ?? 0);
  raw[raw.length - 1] = newest;
  calm[calm.length - 1] = newest;
  calm[calm.length - 2] = calmValue(raw, raw.length - 2, wildChange, daySteps);
}

/** The same past with only the newest `steps`, and only as many raw values as the check for wild steps needs. */
export function newestOfPast(past: RecentPast, steps: number, daySteps: number): RecentPast {
  return { ...past, raw: past.raw.slice(-daySteps - LEAD_STEPS - 2), calm: past.calm.slice(-steps) };
}

/** A number in the scale of a past as a value of the series. */
export function fromPastScale({ logOffset, center, spread }: RecentPast, scaled: number): number {
  const value = center + spread * scaled;
  if (logOffset === 0) return value;
  return Math.exp(Math.min(Math.log(logOffset) + 14, value)) - logOffset;
}

/** An unknown value is replaced by the one at the same time yesterday, or by the one before it on the first day. */
function scaledOrLikely(past: RecentPast, value: number, likely: number): number {
  return Number.isNaN(value) ? likely : (toLog(value, past.logOffset) - past.center) / past.spread;
}

function toLog(value: number, logOffset: number): number {
  return logOffset === 0 ? value : Math.log(Math.max(value, 0) + logOffset);
}
