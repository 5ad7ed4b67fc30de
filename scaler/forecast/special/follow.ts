import type { Reference } from '../types.js';

/** What came is forgotten over this time: a day off may be ordinary in the morning and quiet in the afternoon. */
const MEMORY_SECONDS = 5400;
/** The reference counts as if this much of it had come as expected: the first steps of a span decide nothing. */
const PRIOR_SECONDS = 1800;
const MOST = 4;

/** What a reference keeps of the load that came. */
export type Followed = Pick<Reference, 'came' | 'expected'>;

/** Takes in the load that came in a step of a span and what the reference expected of it. */
export function follow(followed: Followed, value: number, expected: number, stepSeconds: number): void {
  if (Number.isNaN(value) || Number.isNaN(expected)) return;
  const fading = Math.exp(-stepSeconds / MEMORY_SECONDS);
  followed.came = fading * followed.came + value;
  followed.expected = fading * followed.expected + expected;
}

/** The load of late as a multiple of what the reference expected: what is to come is scaled by it. */
export function ratioOf({ came, expected }: Followed, level: number, stepSeconds: number): number {
  const prior = (level * PRIOR_SECONDS) / stepSeconds;
  if (!(expected + prior > 0)) return 1;
  return Math.min(MOST, Math.max(1 / MOST, (came + prior) / (expected + prior)));
}
