/**
 * Share of forecasts of the coming peak that the load stayed at or below, counted at the beginning of each step: only
 * there do the forecast and what came look at the same stretch of time.
 *
 * @param forecastPeaks the forecast in each minute; NaN without one
 * @param highestAhead the highest load from each minute until the horizon, same length
 * @param startSeconds epoch seconds of the first minute
 * @returns NaN when there was no forecast
 */
export function coverageAtSteps(
  forecastPeaks: Float64Array,
  highestAhead: Float64Array,
  startSeconds: number,
  stepSeconds: number,
): number {
  let covered = 0;
  let count = 0;
  for (let minute = 0; minute < forecastPeaks.length; minute++) {
    const isStepBeginning = (startSeconds + 60 * minute) % stepSeconds < 60;
    const isKnown = !Number.isNaN(forecastPeaks[minute]!) && !Number.isNaN(highestAhead[minute]!);
    if (!isStepBeginning || !isKnown) continue;
    count++;
    if (highestAhead[minute]! <= forecastPeaks[minute]!) covered++;
  }
  return covered / count;
}
