import { boundedQuantile } from './errors/bounded-quantile.js';
import { errorQuantile, quantileOfErrors } from './errors/conformal.js';
import { expectedError, staysAway } from './errors/volatility.js';
import { modelSlots, projectPool } from './pool/project-pool.js';
import { reachedTwice } from './seasons/recurrence.js';
import { forecastSpecial } from './special/forecast-special.js';
import type { FittedModel, Forecast, PooledModel, StepEffects } from './types.js';

/**
 * Forecasts the steps after the newest one the model knows. Reads the model, changes nothing.
 *
 * @param horizonSteps Steps to forecast, from 1 on. The peak's quantiles were measured over the model's own horizon.
 * @param quantiles Numbers between 0 and 1, in any order.
 * @param skipSteps Steps to leave out before the first one answered, when the model lags behind the present.
 * @param effects What calendars say about the steps, one entry for each of `horizonSteps`.
 */
export function forecast(
  model: FittedModel,
  horizonSteps: number,
  quantiles: readonly number[],
  skipSteps = 0,
  effects?: StepEffects,
): Forecast {
  const reach = skipSteps + horizonSteps;
  const slots = modelSlots(model, reach);
  const mean = projectPool(model, model.mean, slots, reach).subarray(skipSteps);
  const peak =
    model.peak === model.mean ? mean : projectPool(model, model.peak, slots, reach).subarray(skipSteps);
  const isQuiet = quietSteps(model, slots).subarray(skipSteps);
  for (let h = 0; h < horizonSteps; h++) if (isQuiet[h]) mean[h] = peak[h] = 0;
  let peakStep = 0;
  for (let h = 1; h < horizonSteps; h++) if (peak[h]! > peak[peakStep]!) peakStep = h;

  const { last } = model.peak;
  const trust = Number.isNaN(last)
    ? 1
    : staysAway(model.peak.volatility, model.stepSeconds)
      ? 0
      : model.trust;
  const trusted = (h: number) => (trust === 1 ? peak[h]! : trust * peak[h]! + (1 - trust) * last);
  const twice = twiceWithin(model.peak, slots, skipSteps);
  // Trust is measured on the past, which cannot show yet whether a rhythm seen twice is worth following.
  const center = (h: number) => Math.max(trusted(h), Math.min(peak[h]!, twice));
  const highest = center(peakStep);
  const recurring = highest > trusted(peakStep);
  const share = recurring ? 1 : trust;

  const { stepErrors } = model;
  const { volatility } = model.mean;
  const daySlots = slots.get(volatility.periodSeconds)!;
  const expected = mean.map((_, h) =>
    expectedError(volatility.typical[daySlots[skipSteps + h]!]!, volatility.ratio),
  );
  const { periodSeconds, ratio } = model.peak.volatility;
  const peakExpected = expectedError(model.peakTypical[slots.get(periodSeconds)![skipSteps]!]!, ratio);
  const ordinary: Forecast = {
    startSeconds: model.endSeconds + skipSteps * model.stepSeconds,
    stepSeconds: model.stepSeconds,
    mean,
    quantiles: quantiles.map((q) =>
      mean.map((value, h) =>
        isQuiet[h]
          ? 0
          : boundedQuantile(model.mean, value, errorQuantile(stepErrors, skipSteps + h + 1, q), expected[h]!),
      ),
    ),
    peaks: quantiles.map((q) =>
      isQuiet.includes(0)
        ? boundedQuantile(model.peak, highest, quantileOfErrors(model.peakErrors.sorted, q), peakExpected)
        : 0,
    ),
    peakStep,
    trust: share,
    guarded: model.stage !== 'observed' && share < 0.5,
    recurring,
  };
  return forecastSpecial(model, ordinary, quantiles, effects, (h) =>
    isQuiet[h] ? { center: 0, margin: 0 } : { center: center(h), margin: peakExpected },
  );
}

/** The highest load that surprised at one time of day on both of the last two days; -Infinity without one. */
function twiceWithin(
  { recurrences, volatility }: PooledModel,
  slots: ReadonlyMap<number, Int32Array>,
  skipSteps: number,
): number {
  let most = Number.NEGATIVE_INFINITY;
  const recurrence = recurrences.at(-1);
  if (recurrence === undefined) return most;
  for (const slot of slots.get(volatility.periodSeconds)!.subarray(skipSteps)) {
    const reached = reachedTwice(recurrence, slot);
    if (reached > most) most = reached;
  }
  return most;
}

/** 1 for each step ahead at whose time of a season there has never been any load. */
function quietSteps(model: FittedModel, slots: ReadonlyMap<number, Int32Array>): Uint8Array {
  const steps = new Uint8Array(slots.get(model.mean.volatility.periodSeconds)!.length);
  for (const { periodSeconds, isQuiet } of model.quiet)
    slots.get(periodSeconds)!.forEach((slot, h) => {
      if (isQuiet[slot]) steps[h] = 1;
    });
  return steps;
}
