import { randomUUID } from 'node:crypto';
import type { Reading } from '../../../apps/boiler/reading.js';
import { createPlant } from '../../../apps/boiler/simulation/plant.js';

/**
 * What a plant would have measured up to now.
 * @param nowMs the end, in milliseconds since the Unix epoch
 */
export function pastReadings(
  nowMs: number,
  options: {
    minutes: number;
    boilers: number;
    readingsPerSecond: number;
    faultsPerHour: number;
    seed: string;
  },
): Reading[] {
  const plant = createPlant({
    ...options,
    daySeconds: 86_400,
    startSeconds: nowMs / 1000 - options.minutes * 60,
    newId: randomUUID,
  });
  const readings: Reading[] = [];
  while (plant.nextDueSeconds < nowMs / 1000) readings.push(plant.read(plant.nextDueSeconds));
  return readings;
}
