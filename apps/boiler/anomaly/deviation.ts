import { median, medianAbsoluteDeviation } from 'simple-statistics';
import type { Limits } from './limits.js';

/** Turns a median absolute deviation into a standard deviation where the readings are normal: 1 / probit(0.75). */
const DEVIATION_PER_MAD = 1.4826;

/** How the ordinary range of a measure is drawn from the readings before it. */
export interface DeviationRule {
  /** Readings before the judged one that are looked at. */
  readonly windowReadings: number;
  /** With fewer readings than this there is no judgement. */
  readonly minReadings: number;
  /** Half width of the ordinary range, in robust standard deviations. */
  readonly deviations: number;
}

/** Two minutes at a reading per second; six deviations, which noise alone passes about once in 500 million readings. */
export const defaultDeviationRule: DeviationRule = { windowReadings: 120, minReadings: 30, deviations: 6 };

/**
 * The ordinary range of a measure: median plus and minus some robust standard deviations (median absolute deviation
 * times 1.4826) of the readings before it. Median and MAD stay put until half of the window is odd, so the odd
 * readings that it is there to find do not widen the range.
 * Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993); NIST/SEMATECH e-Handbook 1.3.5.17.
 *
 * @param window the readings before, in any order and in the measure's unit
 * @param resolution the smallest spread to believe in, in the same unit: a stuck sensor has a MAD of 0, and without
 *   this its first movement would be infinitely odd
 * @returns undefined when the window is shorter than `minReadings`
 */
export function ordinaryRange(
  window: readonly number[],
  rule: DeviationRule,
  resolution: number,
): Limits | undefined {
  if (window.length < rule.minReadings) return undefined;
  const values = window as number[];
  const centre = median(values);
  const spread = Math.max(medianAbsoluteDeviation(values) * DEVIATION_PER_MAD, resolution);
  return { low: centre - rule.deviations * spread, high: centre + rule.deviations * spread };
}
