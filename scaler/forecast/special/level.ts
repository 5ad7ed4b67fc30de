import { DAY_SECONDS } from '../seasons/local-time.js';

const WEEK_DAYS = 7;
/** Share of the values at each end that does not count. */
const OUTER_SHARE = 0.1;

/**
 * The level before step `at` as a multiple of the level before step `before`: the load of the last week, over the times of the
 * week that are known in both. 1 where too few are.
 *
 * @param ordinary NaN where unknown or not ordinary
 */
export function levelRatio(ordinary: Float64Array, stepSeconds: number, at: number, before: number): number {
  const week = Math.round((WEEK_DAYS * DAY_SECONDS) / stepSeconds);
  const slot = (step: number) => ((step % week) + week) % week;
  const then = new Float64Array(week).fill(Number.NaN);
  for (let t = Math.max(0, before - week); t < Math.min(before, ordinary.length); t++)
    then[slot(t)] = ordinary[t]!;
  const now = new Float64Array(week);
  const same = new Float64Array(week);
  let common = 0;
  for (let t = Math.max(0, at - week); t < Math.min(at, ordinary.length); t++) {
    const both = ordinary[t]! + then[slot(t)]!;
    if (Number.isNaN(both)) continue;
    now[common] = ordinary[t]!;
    same[common++] = then[slot(t)]!;
  }
  const levelNow = innerMean(now.subarray(0, common));
  const levelThen = innerMean(same.subarray(0, common));
  // With less than a day in common, two weeks do not show how the level has moved.
  const isTelling = common * stepSeconds >= DAY_SECONDS && levelNow > 0 && levelThen > 0;
  return isTelling ? levelNow / levelThen : 1;
}

/** Mean without the lowest and the highest values: one incident does not move the level. Sorts the values. */
function innerMean(values: Float64Array): number {
  values.sort();
  const cut = Math.floor(OUTER_SHARE * values.length);
  const inner = values.subarray(cut, values.length - cut);
  return inner.reduce((sum, value) => sum + value, 0) / inner.length;
}
