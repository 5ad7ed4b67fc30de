import { smooth } from './holt-winters.js';
import { seasonSlots } from './local-time.js';
import { toForm } from './scale-form.js';
import type { FittedModel, PooledModel } from './types.js';

/**
 * Moves a model on by one step, in place: the new step's mean and maximum, NaN where unknown. Constant time; parameters,
 * weights and quantiles stay as fitted until the next fit.
 */
export function update(model: FittedModel, mean: number, peak: number): void {
  advance(model, model.mean, mean);
  if (model.peak !== model.mean) advance(model, model.peak, peak);
  model.endSeconds += model.stepSeconds;
}

function advance(model: FittedModel, pool: PooledModel, value: number): void {
  if (!Number.isNaN(value)) pool.last = value;
  const raw = Float64Array.of(value);
  for (const member of pool.members) {
    const slots = member.seasons.map(({ periodSeconds }) =>
      seasonSlots(model.endSeconds, model.stepSeconds, 1, periodSeconds, model.timezone),
    );
    smooth(member, { values: toForm(member.form, member.logOffset, raw), slots }, 0, 1);
  }
}
