import { randomUUID } from 'node:crypto';
import type { Reading } from '../../../apps/boiler/reading.js';
import { createPlant } from '../../../apps/boiler/simulation/plant.js';

/** Readings of a calm plant of three boilers, one per second each by day, with ids that no other test has. */
export function calmReadings(count: number, options: { boilers?: number } = {}): Reading[] {
  const plant = createPlant({
    boilers: options.boilers ?? 3,
    seed: 'calm',
    faultsPerHour: 0,
    readingsPerSecond: 1,
    daySeconds: 86_400,
    startSeconds: Date.UTC(2026, 2, 9, 9) / 1000,
    newId: randomUUID,
  });
  return Array.from({ length: count }, () => plant.read(plant.nextDueSeconds));
}
