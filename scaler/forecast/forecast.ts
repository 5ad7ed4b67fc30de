import { project } from './holt-winters.js';
import { seasonSlots } from './local-time.js';
import { weightAt } from './pool.js';
import { quantileOfSorted } from './quantile-of-sorted.js';
import { fromForm } from './scale-form.js';
import type { FittedModel, Forecast, PooledModel } from './types.js';

/**
 * Forecasts the steps after the newest one the model knows. Reads the model, changes nothing.
 *
 * @param quantiles Numbers between 0 and 1, in any order.
 * @param skipSteps Steps to leave out before the first one answered, when the model lags behind the present.
 */
export function forecast(
  model: FittedModel,
  horizonSteps: number,
  quantiles: readonly number[],
  skipSteps = 0,
): Forecast {
  const reach = skipSteps + horizonSteps;
  const slots = new Map<number, Int32Array>();
  for (const { seasons } of [...model.mean.members, ...model.peak.members])
    for (const { periodSeconds } of seasons)
      if (!slots.has(periodSeconds))
        slots.set(
          periodSeconds,
          seasonSlots(model.endSeconds, model.stepSeconds, reach, periodSeconds, model.timezone),
        );
  const mean = combined(model.mean, slots, reach).subarray(skipSteps);
  const peak = model.peak === model.mean ? mean : combined(model.peak, slots, reach).subarray(skipSteps);
  let peakStep = 0;
  for (let h = 1; h < horizonSteps; h++) if (peak[h]! > peak[peakStep]!) peakStep = h;
  const { floor } = model.mean;
  return {
    startSeconds: model.endSeconds + skipSteps * model.stepSeconds,
    stepSeconds: model.stepSeconds,
    mean,
    quantiles: quantiles.map((q) =>
      mean.map((value, h) => Math.max(floor, value + errorQuantile(model.mean, skipSteps + h + 1, q))),
    ),
    peaks: quantiles.map((q) =>
      Math.max(model.peak.floor, peak[peakStep]! + quantileOfSorted(model.peakErrors.sorted, q)),
    ),
    peakStep,
  };
}

function combined(
  pool: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  horizonSteps: number,
): Float64Array {
  const sum = new Float64Array(horizonSteps);
  const out = new Float64Array(horizonSteps);
  pool.members.forEach((member, index) => {
    project(
      member,
      member.seasons.map(({ periodSeconds }) => slots.get(periodSeconds)!),
      horizonSteps,
      out,
    );
    for (let h = 0; h < horizonSteps; h++)
      sum[h]! +=
        weightAt(pool.weights, pool.measuredAt, index, h + 1) *
        fromForm(member.form, member.logOffset, out[h]!);
  });
  for (let h = 0; h < horizonSteps; h++) sum[h] = Math.max(pool.floor, sum[h]!);
  return sum;
}

function errorQuantile({ stepErrors }: PooledModel, ahead: number, q: number): number {
  let k = 0;
  while (k < stepErrors.length - 1 && stepErrors[k + 1]!.stepsAhead < ahead) k++;
  const low = stepErrors[k]!;
  const high = stepErrors[k + 1];
  const atLow = quantileOfSorted(low.sorted, q);
  if (high === undefined || ahead <= low.stepsAhead) return atLow;
  const share = Math.min(1, (ahead - low.stepsAhead) / (high.stepsAhead - low.stepsAhead));
  return atLow + share * (quantileOfSorted(high.sorted, q) - atLow);
}
