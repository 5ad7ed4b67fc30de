import type { MetricSpec } from './generated/externalscaler/MetricSpec.js';
import type { MetricValue } from './generated/externalscaler/MetricValue.js';

/**
 * How a trigger's values go on the wire.
 *
 * KEDA before 2.17 reads only the int64 fields; later ones read a double where it is above 0 and the integer beside it
 * where it is not. So both pairs must give the HPA the same ratio of value to target, alone and mixed. The target and
 * the value travel in separate calls, so the scale follows from the threshold alone.
 */
export interface MetricScale {
  /** The int64 target: the threshold times the power of ten that makes it whole, at most `largestTarget`. */
  readonly targetSize: number;
  /** The double target. */
  readonly targetSizeFloat: number;
  /** Multiplies a value of the query to give the integer before it is rounded up: targetSize / threshold. */
  readonly integerFactor: number;
  /** Multiplies a value of the query to give the double: targetSizeFloat / threshold. */
  readonly doubleFactor: number;
}

/**
 * Largest integer target. It keeps eleven digits of a threshold and leaves room for values of more than 90,000 targets
 * below `largestValue`. Larger thresholds are scaled down.
 */
const LARGEST_TARGET = 1e11;

/**
 * Largest value answered. KEDA up to 2.20 multiplies integers and doubles alike by 1,000 into an int64, where anything
 * greater turns negative and would scale to the minimum just when the load is highest
 * (kedacore/keda, pkg/scalers/scaler.go, GenerateMetricInMili).
 */
export const LARGEST_VALUE = 9_223_372_036_854_774;

/**
 * The scale for a threshold.
 *
 * The double is the threshold itself where KEDA can hold it: it keeps thousandths and cuts off the rest. A threshold
 * that is no whole number of thousandths, or so small that the part cut off from a value could reach a tenth of the
 * threshold (the HPA's own tolerance), travels as the scaled integer instead.
 *
 * @param threshold load that one replica carries, above 0 and finite
 * @example metricScale(2.5) // { targetSize: 25, targetSizeFloat: 2.5, integerFactor: 10, doubleFactor: 1 }
 */
export function metricScale(threshold: number): MetricScale {
  if (!(threshold > 0 && Number.isFinite(threshold)))
    throw new RangeError(`metricScale: threshold is ${threshold}, expected a finite number above 0`);
  const targetSize = wholeTarget(threshold);
  // Finite even for a threshold among the smallest numbers there are, so that 0 times it stays 0.
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
 * The answer to GetMetrics for one metric. The integer is rounded up, so that it never asks for less than the double.
 * A value below 0 is answered as 0 in both fields: KEDA takes a double that is not above 0 from the integer field,
 * which may be scaled otherwise, and no workload has fewer than no replicas.
 *
 * @param value in the query's unit; above what KEDA can hold it is answered as `largestValue`
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

/** Whether a product is a whole number but for the rounding of binary fractions. */
function isWhole(product: number): boolean {
  return Math.abs(product - Math.round(product)) <= product * Number.EPSILON * 4;
}

/** Rounds up, except what only the rounding of binary fractions has lifted above a whole number: 1.1 * 100 is 110. */
function roundUp(product: number): number {
  return isWhole(product) ? Math.round(product) : Math.ceil(product);
}
