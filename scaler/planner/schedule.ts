import { createHash } from 'node:crypto';

/**
 * The newest refit boundary at or before a moment. Boundaries lie on the step grid, `refitSeconds` apart, shifted by
 * `offsetSeconds`, so that every replica refits at the same moments and a thousand triggers do not refit at once.
 *
 * @param refitSeconds distance between refits; a multiple of the step is used, at least one step.
 * @param offsetSeconds this trigger's shift; rounded down to the step grid.
 * @returns epoch seconds, a multiple of the step.
 */
export function refitBoundarySeconds(
  nowSeconds: number,
  stepSeconds: number,
  refitSeconds: number,
  offsetSeconds: number,
): number {
  const period = Math.max(1, Math.round(refitSeconds / stepSeconds)) * stepSeconds;
  const offset = (Math.floor(offsetSeconds / stepSeconds) * stepSeconds) % period;
  return tickSeconds(nowSeconds, period, offset);
}

/**
 * The newest tick at or before a moment, on a grid `intervalSeconds` apart and shifted by a phase. Replicas that
 * observe on the same grid see the same values.
 */
export function tickSeconds(nowSeconds: number, intervalSeconds: number, phaseSeconds: number): number {
  return Math.floor((nowSeconds - phaseSeconds) / intervalSeconds) * intervalSeconds + phaseSeconds;
}

/**
 * A number in [0, 1) that depends on the text alone: equal in every replica and after every restart. Spreads triggers
 * over a period.
 */
export function spread(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
