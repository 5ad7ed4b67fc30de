import type { Origins } from '../origins.js';
import type { PooledModel } from '../types.js';
import { weightAt } from './weights.js';

/** What decides how much each member counts. */
type Decision = Pick<PooledModel, 'weights' | 'measuredAt' | 'disagreement'>;

/** Forecasts of one member, `horizonSteps` for each origin, and whether it follows a season. */
export interface MadeForecasts {
  readonly isSeasonal: boolean;
  readonly made: Float64Array;
}

/**
 * Combines the members' forecasts into one: `horizonSteps` values for each origin. Where the members that follow a season
 * disagree, other weights divide their total weight among them; the total stays the same unless they decide alone.
 */
export function combineMembers(
  members: readonly MadeForecasts[],
  { weights, measuredAt, disagreement }: Decision,
  horizonSteps: number,
): Float64Array {
  const combined = new Float64Array(members[0]!.made.length);
  for (let m = 0; m < members.length; m++) {
    const { made } = members[m]!;
    for (let h = 0; h < horizonSteps; h++) {
      const weight = weightAt(weights, measuredAt, m, h + 1);
      for (let i = h; i < combined.length; i += horizonSteps) combined[i]! += weight * made[i]!;
    }
  }
  if (disagreement === undefined) return combined;
  for (const at of placesOfDisagreement(members, disagreement.span)) {
    let withoutSeason = 0;
    let seasonal = 0;
    let share = 1;
    members.forEach(({ isSeasonal, made }, m) => {
      if (isSeasonal) seasonal += disagreement.weights[m]! * made[at]!;
      else if (!disagreement.decidesAlone) {
        const weight = weightAt(weights, measuredAt, m, (at % horizonSteps) + 1);
        withoutSeason += weight * made[at]!;
        share -= weight;
      }
    });
    combined[at] = withoutSeason + share * seasonal;
  }
  return combined;
}

/** Indices of the forecasts where the members that follow a season differ by more than `span`. */
function placesOfDisagreement(members: readonly MadeForecasts[], span: number): number[] {
  const [first, ...others] = members.filter(({ isSeasonal }) => isSeasonal);
  const places: number[] = [];
  if (first === undefined || others.length === 0) return places;
  // Member by member, in the order of memory: a long horizon has hundreds of thousands of forecasts.
  const low = first.made.slice();
  const high = first.made.slice();
  for (const { made } of others)
    for (let at = 0; at < made.length; at++) {
      const value = made[at]!;
      if (value < low[at]!) low[at] = value;
      if (value > high[at]!) high[at] = value;
    }
  for (let at = 0; at < low.length; at++) if (high[at]! - low[at]! > span) places.push(at);
  return places;
}

/**
 * Errors of the members that follow a season, summed over all past forecasts in which they disagreed; Infinity for the
 * other members. Undefined where they never disagreed.
 *
 * An old error counts as much as a new one: a Saturday comes once a week, and the workdays in between say nothing about it.
 *
 * @param measuredAt steps ahead at which errors are measured
 */
export function errorsInDisagreement(
  values: Float64Array,
  members: readonly MadeForecasts[],
  { steps, horizonSteps }: Origins,
  measuredAt: readonly number[],
  span: number,
): number[] | undefined {
  const errors = members.map(({ isSeasonal }) => (isSeasonal ? 0 : Number.POSITIVE_INFINITY));
  let known = 0;
  for (const ahead of measuredAt) {
    const atOrigins = members.map(({ isSeasonal, made }) => ({
      isSeasonal,
      made: Float64Array.from(steps, (_, i) => made[i * horizonSteps + ahead - 1]!),
    }));
    for (const i of placesOfDisagreement(atOrigins, span)) {
      const value = values[steps[i]! + ahead] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      for (let m = 0; m < errors.length; m++) errors[m]! += Math.abs(value - atOrigins[m]!.made[i]!);
      known++;
    }
  }
  return known > 0 ? errors : undefined;
}
