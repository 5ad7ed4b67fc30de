import type { Origins } from '../origins.js';
import type { PooledModel } from '../types.js';
import { fading } from './weights.js';

/** The largest factor. */
const MOST = 1.3;
/** Fewer past changes than this say nothing about how far they usually go. */
const FEWEST_CHANGES = 50;
/** Past changes that went further than forecast must outweigh the others by this share of all: smaller differences are chance. */
const LEAST_MAJORITY = 0.05;
/** Halvings of the range of factors: the result is within a thousandth. */
const HALVINGS = 8;

/**
 * How much further the load went than forecast, for each number of steps ahead: the factor from 1 to 1.3 by which the forecast
 * change from the last value has to be multiplied for the least absolute error of past forecasts. A combination of forecasts
 * changes less than most of them, because they do not put a change at the same moment.
 *
 * Source: Mincer and Zarnowitz (1969), "The evaluation of economic forecasts": the slope of what came on what was forecast.
 *
 * @param values NaN where unknown or excluded
 * @param filled the same with a likely load in place of excluded steps
 * @param replayed past forecasts, `horizonSteps` for each origin
 */
export function fitStretch(
  values: Float64Array,
  filled: Float64Array,
  replayed: Float64Array,
  { steps, horizonSteps }: Origins,
): Float64Array {
  const weights = Float64Array.from(steps, (_, i) => fading(steps.length) ** (steps.length - i));
  const forecast = new Float64Array(steps.length);
  const came = new Float64Array(steps.length);
  return Float64Array.from({ length: horizonSteps }, (_, h) => {
    let changes = 0;
    for (let i = 0; i < steps.length; i++) {
      const last = filled[steps[i]!]!;
      forecast[i] = replayed[i * horizonSteps + h]! - last;
      came[i] = (values[steps[i]! + 1 + h] ?? Number.NaN) - last;
      if (forecast[i] !== 0 && !Number.isNaN(came[i]!)) changes++;
    }
    return changes < FEWEST_CHANGES ? 1 : bestFactor(forecast, came, weights);
  });
}

/** The factor with the least weighted absolute errors; their sum is convex in it. */
function bestFactor(forecast: Float64Array, came: Float64Array, weights: Float64Array): number {
  let low = 1;
  let high = MOST;
  if (!isTooSmall(low, forecast, came, weights)) return low;
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (isTooSmall(middle, forecast, came, weights)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Whether a larger factor would clearly have smaller errors. An unknown change (NaN) counts neither way. */
function isTooSmall(factor: number, forecast: Float64Array, came: Float64Array, weights: Float64Array) {
  let gain = 0;
  let all = 0;
  for (let i = 0; i < forecast.length; i++) {
    const error = came[i]! - factor * forecast[i]!;
    if (Number.isNaN(error)) continue;
    const weight = weights[i]! * forecast[i]!;
    gain += Math.sign(error) * weight;
    all += Math.abs(weight);
  }
  return gain > LEAST_MAJORITY * all;
}

/** Where a stretched forecast ends. */
type Bounds = Pick<PooledModel, 'floor' | 'highest'>;

/** Stretches past forecasts in place. */
export function stretchReplayed(
  factors: ArrayLike<number>,
  filled: Float64Array,
  replayed: Float64Array,
  { steps, horizonSteps }: Origins,
  bounds: Bounds,
): void {
  for (let i = 0; i < steps.length; i++) {
    const ahead = replayed.subarray(i * horizonSteps, (i + 1) * horizonSteps);
    ahead.set(stretched(factors, filled[steps[i]!]!, ahead, bounds));
  }
}

/**
 * A forecast with its changes from the last value stretched, but not below the floor, and not above the highest value known
 * unless the forecast itself is.
 *
 * @param factors by steps ahead; beyond them the last one holds
 */
export function stretched(
  factors: ArrayLike<number>,
  last: number,
  ahead: Float64Array,
  { floor, highest }: Bounds,
): Float64Array {
  if (Number.isNaN(last)) return ahead;
  return ahead.map((value, h) => {
    const factor = factors[Math.min(h, factors.length - 1)]!;
    if (factor === 1) return value;
    return Math.min(Math.max(value, highest), Math.max(floor, last + factor * (value - last)));
  });
}
