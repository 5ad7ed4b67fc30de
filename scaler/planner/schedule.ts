import { createHash } from 'node:crypto';

/** The newest tick at or before a moment. Replicas that observe at the same ticks see the same values. */
export function tickSeconds(nowSeconds: number, intervalSeconds: number, phaseSeconds: number): number {
  return Math.floor((nowSeconds - phaseSeconds) / intervalSeconds) * intervalSeconds + phaseSeconds;
}

/** A number in [0, 1) that depends on the text alone, to spread triggers over a period as other replicas do. */
export function spread(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
