import { clean } from './clean.js';
import { updateCompanions } from './companions.js';
import { followError } from './errors/volatility.js';
import { slotsAhead } from './forecast.js';
import { modelSlots, projectPool, projectStages } from './pool/project-pool.js';
import { smooth } from './recursion/holt-winters.js';
import { toForm } from './recursion/scale-form.js';
import { note } from './seasons/recurrence.js';
import type { FittedModel, PooledModel } from './types.js';

/**
 * Moves a model on by one step, in place. Constant time. Level, trend, seasons, deviation and volatility follow the new
 * step; a load at a quiet time ends the quiet times, for it may stay; parameters, weights and error quantiles stay as they were fitted.
 *
 * @param mean Mean of the new step; NaN when it is unknown, then the model only moves on in time.
 * @param peak Maximum inside the new step, NaN when unknown.
 */
export function update(model: FittedModel, mean: number, peak: number): void {
  const { horizonSteps } = model;
  const slots = modelSlots(model, (period) => slotsAhead(model, period, horizonSteps + 1));
  advance(model, model.mean, slots, mean);
  if (model.peak !== model.mean) advance(model, model.peak, slots, peak);
  const isLoaded = mean !== 0 && !Number.isNaN(mean);
  if (isLoaded && model.quiet.some(({ periodSeconds, isQuiet }) => isQuiet[slots.get(periodSeconds)![0]!]))
    model.quiet = [];
  model.endSeconds += model.stepSeconds;
}

function advance(
  model: FittedModel,
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  received: number,
): void {
  const values = clean(Float64Array.of(received));
  const value = values[0]!;
  if (!Number.isNaN(value)) {
    const { volatility } = pool;
    const slot = slots.get(volatility.periodSeconds)![0]!;
    const error = value - (pool.next ?? projectPool(model, pool, slots, 1)[0]!);
    followError(volatility, error, volatility.typical[slot]!, model.stepSeconds);
    pool.last = value;
  }
  for (const member of pool.members) {
    const memberSlots = member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!);
    smooth(member, { values: toForm(member, values), slots: memberSlots }, 0, 1);
  }
  if (pool.companions) updateCompanions(pool.companions, value, model.stepSeconds);
  const later = { ...model, endSeconds: model.endSeconds + model.stepSeconds };
  const ahead = new Map([...slots].map(([period, all]) => [period, all.subarray(1)]));
  const stages = projectStages(later, pool, ahead, model.horizonSteps);
  pool.next = stages.at(-1)![0];
  const slot = slots.get(pool.volatility.periodSeconds)![0]!;
  pool.recurrences.forEach((recurrence, index) => {
    const { pending } = recurrence;
    note(recurrence, slot, value, value - pending[0]!);
    pending.copyWithin(0, 1);
    pending[pending.length - 1] = stages[index]!.at(-1)!;
  });
}
