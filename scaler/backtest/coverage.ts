/**
 * Share of minutes in which the load until the horizon stayed at or below the forecast of its peak. Every minute counts:
 * an autoscaler may ask at any time, and the horizon counts from then.
 *
 * @param forecastPeaks the forecast in each minute; NaN without one
 * @param highestAhead the highest load from each minute until the horizon, same length; NaN where unknown
 * @returns NaN when there was no forecast
 */
export function coverageOf(forecastPeaks: Float64Array, highestAhead: Float64Array): number {
  let covered = 0;
  let count = 0;
  for (let minute = 0; minute < forecastPeaks.length; minute++) {
    if (Number.isNaN(forecastPeaks[minute]!) || Number.isNaN(highestAhead[minute]!)) continue;
    count++;
    if (highestAhead[minute]! <= forecastPeaks[minute]!) covered++;
  }
  return covered / count;
}
