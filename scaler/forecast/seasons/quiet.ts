import type { QuietSeason } from '../types.js';
import type { SeasonSlots } from './local-time.js';

/** With fewer cycles a slot may have been empty by chance. */
const FEWEST_CYCLES = 2;
/** From this many cycles on a slot is judged by itself, before that together with its neighbors. */
const CYCLES_OF_ONE_SLOT = 5;
const NEAR_SECONDS = 1800;

/**
 * Times at which there has never been any load: slots of a season whose known values were all exactly 0 in at least two
 * cycles. While few cycles are known, the half hour on both sides must have been empty too.
 *
 * @param values the highest of each step; a series with negative values has no quiet times
 * @returns seasons that have such slots
 */
export function quietSeasons(
  values: Float64Array,
  seasons: readonly SeasonSlots[],
  stepSeconds: number,
): QuietSeason[] {
  if (values.some((value) => value < 0)) return [];
  return seasons.flatMap(({ periodSeconds, slotCount, slots }) => {
    const visits = new Int32Array(slotCount);
    const loaded = new Uint8Array(slotCount);
    for (let t = 0; t < values.length; t++) {
      if (Number.isNaN(values[t]!)) continue;
      if (values[t] !== 0) loaded[slots[t]!] = 1;
      visits[slots[t]!]!++;
    }
    const near = Math.min(Math.round(NEAR_SECONDS / stepSeconds), (slotCount - 1) >> 1);
    const isQuiet = visits.map((count, slot) => {
      if (count < FEWEST_CYCLES) return 0;
      const reach = count < CYCLES_OF_ONE_SLOT ? near : 0;
      for (let k = -reach; k <= reach; k++) if (loaded[(slot + k + slotCount) % slotCount]) return 0;
      return 1;
    });
    return isQuiet.includes(1) ? [{ periodSeconds, isQuiet: Uint8Array.from(isQuiet) }] : [];
  });
}
