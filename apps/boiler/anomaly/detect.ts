import type { Measure, Reading } from '../reading.js';
import { measureNames } from '../reading.js';
import type { DeviationRule } from './deviation.js';
import { ordinaryRange } from './deviation.js';
import type { Limits } from './limits.js';
import { limits } from './limits.js';

/** Why a value is an anomaly: outside of the absolute limits, or far from the readings just before it. */
export type AnomalyKind = 'limit' | 'deviation';

/** One value that is out of the ordinary. */
export interface Anomaly {
  readonly reading: Reading;
  readonly measure: Measure;
  readonly kind: AnomalyKind;
  readonly value: number;
  /** The range that the value should have been in. */
  readonly expected: Limits;
}

/** The least spread that each sensor can show, in its unit: below it a change is the sensor's, not the boiler's. */
const resolution: Readonly<Record<Measure, number>> = {
  temperature: 0.2,
  pressure: 0.03,
  steamFlow: 0.1,
  waterLevel: 0.3,
};

/**
 * Judges readings of one boiler against the absolute limits and against the readings before each. A value that is
 * outside of both is reported once, as `limit`, the graver of the two.
 *
 * @param series readings of one boiler in order of measurement: the ones to judge among the ones known already
 * @param isNew selects those to judge
 */
export function detectAnomalies(
  series: readonly Reading[],
  isNew: (reading: Reading) => boolean,
  rule: DeviationRule,
): Anomaly[] {
  return series.flatMap((reading, position) =>
    isNew(reading)
      ? anomaliesOf(reading, series.slice(Math.max(0, position - rule.windowReadings), position), rule)
      : [],
  );
}

function anomaliesOf(reading: Reading, before: readonly Reading[], rule: DeviationRule): Anomaly[] {
  return measureNames.flatMap((measure): Anomaly[] => {
    const value = reading[measure];
    if (outside(value, limits[measure])) {
      return [{ reading, measure, kind: 'limit', value, expected: limits[measure] }];
    }
    const window = before.map((earlier) => earlier[measure]);
    const ordinary = ordinaryRange(window, rule, resolution[measure]);
    return ordinary && outside(value, ordinary)
      ? [{ reading, measure, kind: 'deviation', value, expected: ordinary }]
      : [];
  });
}

function outside(value: number, range: Limits): boolean {
  return value < range.low || value > range.high;
}
