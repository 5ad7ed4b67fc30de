import { sumBySlot } from './sum-by-slot.js';

/**
 * Mean of each slot of a season over the first `count` steps, smoothed over neighbouring slots with a triangular kernel
 * that wraps round the end of the season (so that 23:55 and 00:00 are neighbours). Centred on 0; slots without data get
 * the mean of those within the kernel, or 0.
 *
 * @param width Neighbours on each side that take part; 0 leaves the slot means as they are.
 */
export function seasonProfile(
  values: Float64Array,
  slots: Int32Array,
  slotCount: number,
  count: number,
  width: number,
): Float64Array {
  const { sum, seen, mean } = sumBySlot(values.subarray(0, count), slotCount, (t) => slots[t]!);
  const profile = new Float64Array(slotCount);
  const reach = Math.min(width, Math.floor((slotCount - 1) / 2));
  for (let slot = 0; slot < slotCount; slot++) {
    let weighted = 0;
    let weight = 0;
    for (let k = -reach; k <= reach; k++) {
      const neighbour = (slot + k + slotCount) % slotCount;
      const kernel = reach + 1 - Math.abs(k);
      weighted += kernel * (sum[neighbour]! - seen[neighbour]! * mean);
      weight += kernel * seen[neighbour]!;
    }
    profile[slot] = weight > 0 ? weighted / weight : 0;
  }
  return profile;
}
