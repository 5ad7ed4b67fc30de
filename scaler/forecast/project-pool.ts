import { project } from './holt-winters.js';
import { withRecurrence } from './recurrence.js';
import { fromForm } from './scale-form.js';
import type { PooledModel } from './types.js';
import { weightAt } from './weights.js';

/**
 * What a pool expects for the `count` steps after its newest one, surprises that recur included.
 *
 * @param slots For each period in seconds, the slots of those steps.
 */
export function projectPool(
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  count: number,
): Float64Array {
  const combined = projectMembers(pool, slots, count);
  const { recurrence, volatility } = pool;
  if (recurrence === undefined) return combined;
  const daySlots = slots.get(volatility.periodSeconds)!;
  return combined.map((value, h) => withRecurrence(recurrence, daySlots[h]!, value));
}

/** What the members of a pool expect for the `count` steps after its newest one. */
export function projectMembers(
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  count: number,
): Float64Array {
  const combined = new Float64Array(count);
  const expected = new Float64Array(count);
  pool.members.forEach((member, index) => {
    const memberSlots = member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!);
    project(member, memberSlots, 0, count, expected, 0);
    fromForm(member, expected);
    for (let h = 0; h < count; h++)
      combined[h]! += weightAt(pool.weights, pool.measuredAt, index, h + 1) * expected[h]!;
  });
  for (let h = 0; h < count; h++) combined[h] = Math.max(pool.floor, combined[h]!);
  return combined;
}

/** Slots of the `count` steps after the newest one, for every period that one of the pools needs. */
export function poolSlots(
  pools: readonly PooledModel[],
  slotsOf: (periodSeconds: number) => Int32Array,
): Map<number, Int32Array> {
  const slots = new Map<number, Int32Array>();
  const need = (period: number) => {
    if (!slots.has(period)) slots.set(period, slotsOf(period));
  };
  for (const { members, volatility } of pools) {
    need(volatility.periodSeconds);
    for (const { seasons } of members) for (const { periodSeconds } of seasons) need(periodSeconds);
  }
  return slots;
}
