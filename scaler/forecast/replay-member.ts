import { project, smooth, type Track } from './holt-winters.js';
import { fromForm } from './scale-form.js';
import type { Member } from './types.js';

/** Past steps from which forecasts are made again to measure them: `first`, `first + stride`, ... below `end`. */
export interface Origins {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

/**
 * Forecasts that a member would have made at past origins, each knowing only what came before it.
 *
 * @param member At the beginning of the data; afterwards it stands at the end.
 * @returns `horizonSteps` values for each origin, one origin after the other, in the series' own scale.
 */
export function replayMember(
  member: Member,
  track: Track,
  origins: Origins,
  horizonSteps: number,
): Float64Array {
  const forecasts = new Float64Array(origins.count * horizonSteps);
  const out = new Float64Array(horizonSteps);
  let at = 0;
  for (let i = 0; i < origins.count; i++) {
    const origin = origins.first + i * origins.stride;
    smooth(member, track, at, origin + 1);
    at = origin + 1;
    project(
      member,
      track.slots.map((slots) => slots.subarray(at, at + horizonSteps)),
      horizonSteps,
      out,
    );
    for (let h = 0; h < horizonSteps; h++)
      forecasts[i * horizonSteps + h] = fromForm(member.form, member.logOffset, out[h]!);
  }
  smooth(member, track, at, track.values.length);
  return forecasts;
}
