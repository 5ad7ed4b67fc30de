import type { RecentPast, Regression } from '../types.js';

/** Lags of single steps. */
const LAGS = [0, 1, 2, 3, 5, 8, 11];
const DAYS_IN_WEEK = 7;
/** Steps before a moment that its features need in addition to whole days. */
export const LEAD_STEPS = 12;

const LATELY = 'lately';
const LAST_DAY = 'the last day';
const YESTERDAY = 'the same time yesterday';
const NOW_YESTERDAY = 'yesterday at the time it is now';
const TWO_DAYS_AGO = 'the same time two days ago';
const NOW_TWO_DAYS_AGO = 'two days ago at the time it is now';
const LAST_WEEK = 'the same time last week';
const NOW_LAST_WEEK = 'last week at the time it is now';

/** What each feature looks at, in the order of `readFeatures`; the constant looks at nothing. */
const LOOKS_AT: readonly (string | undefined)[] = [
  undefined,
  ...LAGS.map(() => LATELY),
  ...[LATELY, LATELY, LAST_DAY],
  ...[YESTERDAY, YESTERDAY, YESTERDAY],
  ...[NOW_YESTERDAY, NOW_YESTERDAY, NOW_YESTERDAY],
  ...[TWO_DAYS_AGO, NOW_TWO_DAYS_AGO],
  ...[LAST_WEEK, LAST_WEEK, NOW_LAST_WEEK, NOW_LAST_WEEK],
];
const WEEKLY_FEATURES = 4;

/** How many features there are with and without those of the week. */
export function featureCount(hasWeek: boolean): number {
  return LOOKS_AT.length - (hasWeek ? 0 : WEEKLY_FEATURES);
}

/** A past to read features from: its `calm` values begin with step 0, its `raw` ones with step `rawFrom`. */
export interface Readable extends Pick<RecentPast, 'raw' | 'calm'> {
  readonly past: RecentPast;
  readonly rawFrom: number;
  /** Running sums of both, where many features are read: a mean is then one difference. */
  readonly rawSums?: Float64Array | undefined;
  readonly calmSums?: Float64Array;
  readonly daySteps: number;
  /** Steps that the wall clock is ahead of UTC at each step, those to be forecast included; undefined while it never moves. */
  readonly clockSteps: Int32Array | undefined;
}

/** Prepares a past for reading features, with running sums where many are read. */
export function readable(
  past: RecentPast,
  daySteps: number,
  clockSteps: Int32Array | undefined,
  isReadOften = false,
): Readable {
  const { raw, calm } = past;
  const read = { past, raw, rawFrom: calm.length - raw.length, calm, daySteps, clockSteps };
  return isReadOften ? { ...read, rawSums: runningSums(raw), calmSums: runningSums(calm) } : read;
}

function runningSums(values: RecentPast['raw']): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) sums[t + 1] = sums[t]! + values[t]!;
  return sums;
}

/** Mean of the `width` values that end at index `end`. */
export function meanUpTo(
  values: RecentPast['raw'],
  sums: Float64Array | undefined,
  end: number,
  width: number,
): number {
  if (sums) return (sums[end + 1]! - sums[end + 1 - width]!) / width;
  let sum = 0;
  for (let t = end + 1 - width; t <= end; t++) sum += values[t]!;
  return sum / width;
}

/** The step that showed the same wall-clock time some days before a step. */
export function sameTimeBefore({ daySteps, clockSteps }: Readable, step: number, days: number): number {
  const before = step - days * daySteps;
  if (clockSteps === undefined || before < 0) return before;
  return before + clockSteps[step]! - clockSteps[before]!;
}

/** Place of the load now among the features. */
export const NOW = LOOKS_AT.indexOf(LATELY);
/** Places of two features: what yesterday was at the time asked about, and at the time it is now. */
export const SAME_TIME_YESTERDAY = LOOKS_AT.indexOf(YESTERDAY);
export const NOW_OF_YESTERDAY = LOOKS_AT.indexOf(NOW_YESTERDAY);

/** Mean of the day before step `t`: one of its features, the same for any number of steps ahead. */
export function meanOfLastDay({ calm, calmSums, daySteps }: Readable, t: number): number {
  return meanUpTo(calm, calmSums, t - 1, daySteps);
}

/** Writes the features of a forecast made at step `t` for step `t + ahead` to `out` from `at` on. */
export function readFeatures(
  read: Readable,
  t: number,
  ahead: number,
  lastDay: number,
  hasWeek: boolean,
  out: Float64Array,
  at: number,
): void {
  const { raw, rawFrom, rawSums, calm, calmSums } = read;
  const now = t - rawFrom;
  const lately = (width: number) => meanUpTo(raw, rawSums, now, width);
  const mean = (end: number, width: number) => meanUpTo(calm, calmSums, end, width);
  let k = at;
  out[k++] = 1;
  for (let i = 0; i < LAGS.length; i++) out[k++] = raw[now - LAGS[i]!]!;
  out[k++] = lately(6);
  out[k++] = lately(12);
  out[k++] = lastDay;
  const day = sameTimeBefore(read, t + ahead, 1);
  const nowYesterday = sameTimeBefore(read, t, 1);
  out[k++] = calm[day]!;
  out[k++] = (calm[day - 1]! + calm[day + 1]!) / 2;
  out[k++] = mean(day + 3, 6);
  out[k++] = calm[nowYesterday]!;
  out[k++] = mean(nowYesterday, 6);
  out[k++] = mean(nowYesterday, 12);
  out[k++] = calm[sameTimeBefore(read, t + ahead, 2)]!;
  out[k++] = calm[sameTimeBefore(read, t, 2)]!;
  if (!hasWeek) return;
  const week = sameTimeBefore(read, t + ahead, DAYS_IN_WEEK);
  const nowLastWeek = sameTimeBefore(read, t, DAYS_IN_WEEK);
  out[k++] = calm[week]!;
  out[k++] = mean(week + 3, 6);
  out[k++] = calm[nowLastWeek]!;
  out[k++] = mean(nowLastWeek, 6);
}

/** How much a regression looks at something: the sum of its weights on it. */
export interface LookedAt {
  readonly what: string;
  readonly weight: number;
}

/**
 * What a regression looks at when it forecasts its horizon, the largest weight first. The weights sum to about 1; a negative
 * one subtracts the load that an earlier day had at that time.
 */
export function lookedAt({ weights }: Regression): LookedAt[] {
  // The regression forecasts the change from now on, so the load now counts once more.
  const sums = new Map<string, number>([[LATELY, 1]]);
  weights.at(-1)!.forEach((weight, feature) => {
    const what = LOOKS_AT[feature];
    if (what !== undefined) sums.set(what, (sums.get(what) ?? 0) + weight);
  });
  return [...sums]
    .map(([what, weight]) => ({ what, weight }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
