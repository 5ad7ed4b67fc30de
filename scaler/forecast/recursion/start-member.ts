import type { SeasonSlots } from '../seasons/local-time.js';
import { seasonProfile } from '../seasons/season-profile.js';
import type { Member, Season, SmoothingParameters } from '../types.js';
import type { Track } from './holt-winters.js';

/** What distinguishes the members of the pool before their parameters are fitted. */
export interface MemberShape {
  readonly name: string;
  readonly form: Member['form'];
  readonly logOffset: number;
  /** In the order of the track's slots. */
  readonly seasons: readonly Omit<SeasonSlots, 'slots'>[];
}

/** Innovations beyond this many times the typical step-to-step change are clipped. */
const CLIP_TIMES = 15;

/**
 * A member at the beginning of the data: level and first season from the first cycle, further seasons flat.
 * Visits start at 1, so that the first cycle, which is also part of the data, counts half when it is learned.
 *
 * @param smoothedSlots Neighbours on each side over which the first season is smoothed: 0 keeps every spike where it is.
 */
export function startMember(
  shape: MemberShape,
  parameters: SmoothingParameters,
  track: Track,
  smoothedSlots = 0,
): Member {
  const { values } = track;
  const firstCycle = Math.min(values.length, shape.seasons[0]?.slotCount ?? 1);
  const seasons: Season[] = shape.seasons.map(({ periodSeconds, slotCount }, index) => ({
    periodSeconds,
    effects:
      index === 0
        ? seasonProfile(values, track.slots[0]!, slotCount, firstCycle, smoothedSlots)
        : new Float64Array(slotCount),
    visits: new Float64Array(slotCount).fill(1),
  }));
  return {
    name: shape.name,
    form: shape.form,
    logOffset: shape.logOffset,
    parameters,
    level: meanOfKnown(values, firstCycle),
    trend: 0,
    deviation: 0,
    clip: CLIP_TIMES * typicalChange(values),
    beforeWild: new Float64Array(8),
    seasons,
  };
}

/** A copy of a member at the beginning of the data, with other parameters; it shares nothing with the original. */
export function restarted(fresh: Member, parameters: SmoothingParameters): Member {
  const seasons = fresh.seasons.map((season) => ({
    ...season,
    effects: season.effects.slice(),
    visits: season.visits.slice(),
  }));
  return { ...fresh, parameters, seasons, beforeWild: fresh.beforeWild.slice() };
}

/** Mean of the first `count` known values; of the first known one when the first `count` are all unknown; else 0. */
function meanOfKnown(values: Float64Array, count: number): number {
  let sum = 0;
  let known = 0;
  for (let t = 0; t < values.length && (t < count || known === 0); t++) {
    if (Number.isNaN(values[t]!)) continue;
    sum += values[t]!;
    known++;
  }
  return known > 0 ? sum / known : 0;
}

/** Mean absolute change from one known step to the next; Infinity when it never changes, which switches clipping off. */
function typicalChange(values: Float64Array): number {
  let sum = 0;
  let pairs = 0;
  for (let t = 1; t < values.length; t++) {
    const change = Math.abs(values[t]! - values[t - 1]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    pairs++;
  }
  return sum > 0 ? sum / pairs : Number.POSITIVE_INFINITY;
}
