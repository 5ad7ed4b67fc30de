import type { MetricSpec } from './generated/externalscaler/MetricSpec.js';
import type { MetricValue } from './generated/externalscaler/MetricValue.js';

/**
 * How the values of a trigger are sent.
 *
 * KEDA before 2.17 reads only the int64 fields; later versions read the double where it is above 0, and otherwise the
 * integer. So every mix of the two must give the HPA the same ratio of value to target. Target and value are sent in
 * separate calls, so the scale follows from the threshold alone.
 */
export interface MetricScale {
  /** The int64 target: the threshold times the power of ten that makes it whole, at most `LARGEST_TARGET`. */
  readonly targetSize: number;
  /** The double target. */
  readonly targetSizeFloat: number;
  /** Factor from a value of the query to the integer, before it is rounded up: targetSize / threshold. */
  readonly integerFactor: number;
  /** Factor from a value of the query to the double: targetSizeFloat / threshold. */
  readonly doubleFactor: number;
}

/**
 * Largest integer target. It keeps eleven digits of a threshold and leaves room for values of 90,000 targets below
 * `LARGEST_VALUE`. Larger thresholds are scaled down.
 */
const LARGEST_TARGET = 1e11;

/**
 * Largest value answered. KEDA up to 2.20 multiplies values by 1,000 into an int64, where larger ones turn negative and
 * would scale to the minimum when the load is highest (kedacore/keda, pkg/scalers/scaler.go, GenerateMetricInMili).
 */
export const LARGEST_VALUE = 9_223_372_036_854_774;

/**
 * The scale for a threshold.
 *
 * KEDA keeps thousandths of a double and cuts off the rest. The double is therefore the scaled integer for a threshold
 * that is no whole number of thousandths, or so small that what is cut off could reach the HPA's tolerance, a tenth.
 *
 * @param threshold load that one replica carries, above 0 and finite
 * @example metricScale(2.5) // { targetSize: 25, targetSizeFloat: 2.5, integerFactor: 10, doubleFactor: 1 }
 */
export function metricScale(threshold: number): MetricScale {
  if (!(threshold > 0 && Number.isFinite(threshold)))
    throw new RangeError(`metricScale: threshold is ${threshold}, expected a finite number above 0`);
  const targetSize = wholeTarget(threshold);
  // Finite even for the smallest thresholds, so that 0 times it is 0.
  const integerFactor = Math.min(Number.MAX_VALUE, targetSize / threshold);
  const heldByKeda = threshold >= 0.01 && threshold <= LARGEST_TARGET && isWhole(threshold * 1000);
  return heldByKeda
    ? { targetSize, targetSizeFloat: threshold, integerFactor, doubleFactor: 1 }
    : { targetSize, targetSizeFloat: targetSize, integerFactor, doubleFactor: integerFactor };
}

/** The answer to GetMetricSpec for one metric. */
export function metricSpec(metricName: string, scale: MetricScale): MetricSpec {
  return { metricName, targetSize: scale.targetSize, targetSizeFloat: scale.targetSizeFloat };
}

/**
 * The answer to GetMetrics for one metric. The integer is rounded up, so that it never asks for less than the double. A
 * negative value is answered as 0: KEDA would read it from the integer, which may have another scale than the target.
 *
 * @param value in the query's unit; at most `LARGEST_VALUE` is answered
 */
export function metricValue(metricName: string, value: number, scale: MetricScale): MetricValue {
  if (Number.isNaN(value)) throw new RangeError(`metricValue: the value of ${metricName} is not a number`);
  const load = Math.max(0, value);
  return {
    metricName,
    metricValue: Math.min(LARGEST_VALUE, roundUp(load * scale.integerFactor)),
    metricValueFloat: Math.min(LARGEST_VALUE, load * scale.doubleFactor),
  };
}

/** The threshold without its decimal point, or its first eleven digits where it has more. */
function wholeTarget(threshold: number): number {
  if (threshold > LARGEST_TARGET) {
    const powersAbove = Math.ceil(Math.log10(threshold / LARGEST_TARGET));
    return Math.round(threshold / 10 ** powersAbove);
  }
  if (Number.isInteger(threshold)) return threshold;
  const elevenDigits = Number(threshold.toExponential(10));
  if (Number.isInteger(elevenDigits)) return elevenDigits;
  const [significand = ''] = elevenDigits.toExponential().split('e');
  return Number(significand.replace('.', ''));
}

/** Whether a product is a whole number apart from the rounding of binary fractions. */
function isWhole(product: number): boolean {
  return Math.abs(product - Math.round(product)) <= product * Number.EPSILON * 4;
}

/** Rounds up, but not for the rounding of binary fractions: 1.1 * 100 gives 110. */
function roundUp(product: number): number {
  return isWhole(product) ? Math.round(product) : Math.ceil(product);
}
