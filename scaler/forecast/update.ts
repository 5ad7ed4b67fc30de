import { clean } from './clean.js';
import { updateCompanions } from './companions.js';
import { followError } from './errors/volatility.js';
import { likelyNext, modelSlots, projectPool, projectStages } from './pool/project-pool.js';
import { smooth } from './recursion/holt-winters.js';
import { toForm } from './recursion/scale-form.js';
import { note } from './seasons/recurrence.js';
import { followStep } from './special/references.js';
import { isExcluded } from './special/special-days.js';
import type { FittedModel, PooledModel } from './types.js';

/**
 * Moves a model on by one step, in place. Constant time. Level, trend, seasons, deviation and volatility follow the new
 * step. A load at a quiet time ends the quiet times, because it may come again. Parameters, weights and error quantiles stay as
 * they were fitted. An excluded step of a special span only updates its reference.
 *
 * @param mean Mean of the new step; NaN when it is unknown, then the model only moves on in time.
 * @param peak Maximum inside the new step, NaN when unknown.
 */
export function update(model: FittedModel, mean: number, peak: number): void {
  const { horizonSteps, special, endSeconds, stepSeconds } = model;
  const slots = modelSlots(model, horizonSteps + 1);
  const isExcludedStep = special !== undefined && isExcluded(special, endSeconds, stepSeconds);
  for (const reference of special?.references ?? [])
    followStep(reference, special!.spans, clean(Float64Array.of(mean))[0]!, endSeconds, stepSeconds);
  advance(model, model.mean, slots, mean, isExcludedStep);
  if (model.peak !== model.mean) advance(model, model.peak, slots, peak, isExcludedStep);
  const isLoaded = mean !== 0 && !Number.isNaN(mean) && !isExcludedStep;
  if (isLoaded && model.quiet.some(({ periodSeconds, isQuiet }) => isQuiet[slots.get(periodSeconds)![0]!]))
    model.quiet = [];
  model.endSeconds += model.stepSeconds;
}

function advance(
  model: FittedModel,
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  received: number,
  isExcludedStep: boolean,
): void {
  const values = isExcludedStep ? UNKNOWN : clean(Float64Array.of(received));
  const value = values[0]!;
  const filled = isExcludedStep ? Float64Array.of(likelyNext(pool, slots)) : values;
  if (!Number.isNaN(value)) {
    const { volatility } = pool;
    const slot = slots.get(volatility.periodSeconds)![0]!;
    const error = value - (pool.next ?? projectPool(model, pool, slots, 1)[0]!);
    followError(volatility, error, volatility.typical[slot]!, model.stepSeconds);
  }
  if (!Number.isNaN(filled[0]!)) {
    pool.last = filled[0]!;
    pool.highest = Math.max(pool.highest, pool.last);
  }
  for (const member of pool.members) {
    const memberSlots = member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!);
    const track = memberSlots.length === 0 ? filled : values;
    smooth(member, { values: toForm(member, track), slots: memberSlots }, 0, 1);
  }
  if (pool.companions) updateCompanions(pool.companions, filled[0]!, model.stepSeconds);
  const later = { ...model, endSeconds: model.endSeconds + model.stepSeconds };
  const ahead = new Map([...slots].map(([period, all]) => [period, all.subarray(1)]));
  const stages = projectStages(later, pool, ahead, model.horizonSteps);
  pool.next = stages.at(-1)![0];
  const slot = slots.get(pool.volatility.periodSeconds)![0]!;
  pool.recurrences.forEach((recurrence, index) => {
    const { pending } = recurrence;
    note(recurrence, slot, filled[0]!, isExcludedStep ? 0 : value - pending[0]!);
    pending.copyWithin(0, 1);
    pending[pending.length - 1] = stages[index]!.at(-1)!;
  });
}

const UNKNOWN = Float64Array.of(Number.NaN);
