import type { Samples } from '../../../scaler/history/samples.js';
import { whiteNoise } from '../../../scaler/shared/noise.js';

const noise = whiteNoise(0);

/** A Monday, 00:00 UTC, so that made-up weeks begin where weeks do. */
const MONDAY_SECONDS = 1_770_595_200;

/** Samples a minute apart of a load that is a function of the minute; for tests. */
export function minuteSamples(days: number, load: (minute: number) => number): Samples {
  const minutes = days * 1440;
  return {
    timestamps: Float64Array.from({ length: minutes }, (_, minute) => MONDAY_SECONDS + 60 * minute),
    values: Float64Array.from({ length: minutes }, (_, minute) => load(minute)),
  };
}

/** A day like every other: quiet, and busy within a minute from 09:00 to 12:00 and from 14:00 to 18:00; 5 % noise. */
export function officeLoad(minute: number): number {
  const hour = (minute % 1440) / 60;
  const busy = (hour >= 9 && hour < 12) || (hour >= 14 && hour < 18);
  return (busy ? 100 : 20) * (1 + 0.05 * (noise(minute + 1) - 0.5));
}

/** No rhythm: a random walk between 40 and 160, with steps too small to outrun an autoscaler. */
export function wanderingLoad(): (minute: number) => number {
  let level = 100;
  return (minute) => {
    level = Math.min(160, Math.max(40, level + 2 * (noise(minute + 1) - 0.5)));
    return level;
  };
}
