import { combineWithCompanions, type ModelTime } from '../companions.js';
import { project } from '../recursion/holt-winters.js';
import { fromForm } from '../recursion/scale-form.js';
import { seasonSlots } from '../seasons/local-time.js';
import { withRecurrence } from '../seasons/recurrence.js';
import type { FittedModel, Member, PooledModel } from '../types.js';
import { combineMembers, type MadeForecasts } from './combine.js';
import { stretched } from './stretch.js';

/**
 * What a pool and its companions expect for the `count` steps after the newest one.
 *
 * @param slots For each period in seconds, the slots of those steps.
 */
export function projectPool(
  model: ModelTime,
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  count: number,
): Float64Array {
  return projectStages(model, pool, slots, count).at(-1)!;
}

/**
 * The same in stages: the forecast of the members, then with companions where there are any, both before the correction by
 * recurring surprises; the last one is the final forecast, with its changes stretched.
 */
export function projectStages(
  model: ModelTime,
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  count: number,
): readonly Float64Array[] {
  const { members, weights, disagreement, measuredAt, floor, companions, recurrences, volatility } = pool;
  const forecasts = members.map((member) => projectMember(member, slots, count));
  const combined = combineMembers(forecasts, { weights, measuredAt, disagreement }, count);
  const atFloor = (values: Float64Array) => values.map((value) => Math.max(floor, value));
  const daySlots = slots.get(volatility.periodSeconds)!;
  const recurred = (index: number, values: Float64Array) => {
    const recurrence = recurrences[index];
    return recurrence ? values.map((value, h) => withRecurrence(recurrence, daySlots[h]!, value)) : values;
  };
  const byMembers = atFloor(combined);
  const final = (values: Float64Array) =>
    pool.stretch ? stretched(pool.stretch, pool.last, values, pool) : values;
  const corrected = recurred(0, byMembers);
  if (!companions) return [byMembers, final(corrected)];
  const withCompanions = atFloor(combineWithCompanions(companions, model, corrected));
  return [byMembers, withCompanions, final(recurred(1, withCompanions))];
}

/**
 * The likely load of the next step: the members' forecast, weighted as for the end of the horizon, because the last value says
 * nothing when it was excluded. NaN before the first value.
 */
export function likelyNext(
  { members, weights, last, floor }: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
): number {
  if (Number.isNaN(last)) return last;
  let likely = 0;
  members.forEach((member, index) => {
    likely += weights.at(-1)![index]! * projectMember(member, slots, 1).made[0]!;
  });
  return Math.max(floor, likely);
}

function projectMember(member: Member, slots: ReadonlyMap<number, Int32Array>, count: number): MadeForecasts {
  const made = new Float64Array(count);
  const memberSlots = member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!);
  project(member, memberSlots, 0, count, made, 0);
  fromForm(member, made);
  return { isSeasonal: memberSlots.length > 0, made };
}

/**
 * For every period that a part of the model needs, the slots of the `count` steps after its newest one; a period of 0 has one
 * slot for all times.
 */
export function modelSlots(
  { mean, peak, quiet, endSeconds, stepSeconds, timezone }: FittedModel,
  count: number,
): Map<number, Int32Array> {
  const clock = { startSeconds: endSeconds, stepSeconds, timezone };
  const slots = new Map<number, Int32Array>();
  const need = (period: number) => {
    if (slots.has(period)) return;
    slots.set(period, period === 0 ? new Int32Array(count) : seasonSlots(clock, count, period));
  };
  for (const { periodSeconds } of quiet) need(periodSeconds);
  for (const { members, volatility } of [mean, peak]) {
    need(volatility.periodSeconds);
    for (const { seasons } of members) for (const { periodSeconds } of seasons) need(periodSeconds);
  }
  return slots;
}
