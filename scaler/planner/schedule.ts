import { createHash } from 'node:crypto';

/**
 * The newest refit boundary at or before a moment, on the step grid, so that all replicas refit at the same moments.
 *
 * @param refitSeconds distance between boundaries, rounded to steps, one at least
 * @param offsetSeconds shift of this trigger, rounded down to steps, so that triggers do not refit all at once
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

/** The newest tick at or before a moment. Replicas that observe at the same ticks see the same values. */
export function tickSeconds(nowSeconds: number, intervalSeconds: number, phaseSeconds: number): number {
  return Math.floor((nowSeconds - phaseSeconds) / intervalSeconds) * intervalSeconds + phaseSeconds;
}

/** A number in [0, 1) that depends on the text alone, to spread triggers over a period as other replicas do. */
export function spread(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
