import type { Origins } from '../origins.js';
import type { Member } from '../types.js';
import { project, smooth, type Track } from './holt-winters.js';
import { fromForm } from './scale-form.js';

/**
 * Forecasts that a member would have made at past origins, each knowing only what came before it.
 *
 * @param member At the beginning of the data; afterwards it stands at the end.
 * @returns `horizonSteps` values for each origin, one origin after the other, in the series' own scale.
 */
export function replayMember(member: Member, track: Track, { steps, horizonSteps }: Origins): Float64Array {
  const forecasts = new Float64Array(steps.length * horizonSteps);
  let next = 0;
  for (let i = 0; i < steps.length; i++) {
    const origin = steps[i]!;
    smooth(member, track, next, origin + 1);
    next = origin + 1;
    project(member, track.slots, next, horizonSteps, forecasts, i * horizonSteps);
  }
  smooth(member, track, next, track.values.length);
  fromForm(member, forecasts);
  return forecasts;
}
