import { mean } from 'simple-statistics';
import type { Known } from './contract.js';

/** Writes a moment as RFC 3339 in UTC, to the second. */
export function rfc3339(epochSeconds: number): string {
  return `${new Date(Math.floor(epochSeconds) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A number to six significant digits; null when it is not known or not finite. */
export function known(value: number | undefined): Known {
  if (value === undefined || !Number.isFinite(value)) return null;
  return rounded(value);
}

/** To six significant digits, which is enough for charts. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** `known` for each number. */
export function knownList(values: Iterable<number>): Known[] {
  return Array.from(values, known);
}

/** Mean of the values that are not NaN; NaN when there is none. */
export function meanOfKnown(values: Float64Array): number {
  const given = values.filter((value) => !Number.isNaN(value));
  return given.length > 0 ? mean(Array.from(given)) : Number.NaN;
}
