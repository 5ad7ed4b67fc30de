import { type Samples, sampleIntervalSeconds } from '../history/samples.js';
import { LOOKBACK_SECONDS, type Load } from '../policy/load.js';

/**
 * Puts samples on the minute grid. A sample stands for the time until the next one is due, and is known when that time
 * is over, so a minute never knows its own load. Samples further apart than a minute are repeated for each minute.
 *
 * @param samples at least two
 */
export function loadOfSamples(samples: Samples): Load {
  const { timestamps, values } = samples;
  const sampleSeconds = sampleIntervalSeconds(samples);
  const minutesPerSample = Math.max(1, Math.round(sampleSeconds / 60));
  const first = Math.floor(timestamps[0]! / 60);
  const count = Math.floor(timestamps.at(-1)! / 60) - first + minutesPerSample;
  const demand = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < timestamps.length; i++) {
    const from = Math.floor(timestamps[i]! / 60) - first;
    for (let minute = from; minute < from + minutesPerSample; minute++)
      if (!(values[i]! <= demand[minute]!)) demand[minute] = values[i]!;
  }
  const observed = new Float64Array(count).fill(Number.NaN);
  const lookbackSeconds = Math.max(LOOKBACK_SECONDS, 2 * sampleSeconds);
  let newest = -1;
  for (let minute = 0; minute < count; minute++) {
    const now = (first + minute) * 60;
    while (newest + 1 < timestamps.length && timestamps[newest + 1]! + sampleSeconds <= now) newest++;
    if (newest >= 0 && now - timestamps[newest]! - sampleSeconds <= lookbackSeconds)
      observed[minute] = values[newest]!;
  }
  return { startSeconds: first * 60, demand, observed, sampleSeconds };
}
