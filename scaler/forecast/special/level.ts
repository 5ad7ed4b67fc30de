const DAY_SECONDS = 86_400;
const WEEK_DAYS = 7;
/** With less than a day in common, two weeks do not tell how the level has moved. */
const LEAST_DAYS = 1;

/**
 * The level before step `at` as a multiple of the level before step `before`: the mean load of the last week, over the times of the
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
  let sumNow = 0;
  let sumThen = 0;
  let common = 0;
  for (let t = Math.max(0, at - week); t < Math.min(at, ordinary.length); t++) {
    const both = ordinary[t]! + then[slot(t)]!;
    if (Number.isNaN(both)) continue;
    sumNow += ordinary[t]!;
    sumThen += then[slot(t)]!;
    common++;
  }
  const isTelling = common * stepSeconds >= LEAST_DAYS * DAY_SECONDS && sumNow > 0 && sumThen > 0;
  return isTelling ? sumNow / sumThen : 1;
}
