import { clean } from './clean.js';
import { slotsAhead } from './forecast.js';
import { smooth } from './holt-winters.js';
import { poolSlots, projectMembers, projectPool } from './project-pool.js';
import { note } from './recurrence.js';
import { toForm } from './scale-form.js';
import type { FittedModel, PooledModel } from './types.js';
import { followError } from './volatility.js';

/**
 * Moves a model on by one step, in place. Constant time. Level, trend, seasons, deviation and volatility follow the new
 * step; parameters, weights and error quantiles stay as they were fitted.
 *
 * @param mean Mean of the new step; NaN when it is unknown, then the model only moves on in time.
 * @param peak Maximum inside the new step, NaN when unknown.
 */
export function update(model: FittedModel, mean: number, peak: number): void {
  const { horizonSteps } = model;
  const slots = poolSlots([model.mean, model.peak], (period) => slotsAhead(model, period, horizonSteps + 1));
  advance(model.mean, slots, mean, model.stepSeconds);
  if (model.peak !== model.mean) advance(model.peak, slots, peak, model.stepSeconds);
  model.endSeconds += model.stepSeconds;
}

function advance(
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  received: number,
  stepSeconds: number,
): void {
  const values = clean(Float64Array.of(received));
  const value = values[0]!;
  if (!Number.isNaN(value)) {
    const { volatility } = pool;
    const slot = slots.get(volatility.periodSeconds)![0]!;
    const error = value - projectPool(pool, slots, 1)[0]!;
    followError(volatility, error, volatility.typical[slot]!, stepSeconds);
    pool.last = value;
  }
  for (const member of pool.members) {
    const memberSlots = member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!);
    smooth(member, { values: toForm(member, values), slots: memberSlots }, 0, 1);
  }
  if (!pool.recurrence) return;
  const { pending } = pool.recurrence;
  note(pool.recurrence, slots.get(pool.volatility.periodSeconds)![0]!, value, value - pending[0]!);
  const ahead = new Map([...slots].map(([period, all]) => [period, all.subarray(1)]));
  pending.copyWithin(0, 1);
  pending[pending.length - 1] = projectMembers(pool, ahead, pending.length).at(-1)!;
}
