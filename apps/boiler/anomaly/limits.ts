import type { Measure } from '../reading.js';

/** The range that a measure may take on a boiler in service; outside of it there is danger, whatever came before. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * Absolute limits of a 10 bar boiler of 25 t/h: temperature in °C, gauge pressure in bar, steam flow in t/h, drum
 * level in percent. The upper pressure is below the safety valve's 13 bar, so that the alert comes before it lifts.
 */
export const limits: Readonly<Record<Measure, Limits>> = {
  temperature: { low: 150, high: 195 },
  pressure: { low: 6, high: 12 },
  steamFlow: { low: 0, high: 26 },
  waterLevel: { low: 30, high: 70 },
};
