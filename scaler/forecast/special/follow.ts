import type { Reference } from '../types.js';

/** Values are forgotten over this time: a day off may be ordinary in the morning and quiet in the afternoon. */
const MEMORY_SECONDS = 5400;
/** The reference counts as if this much time had come as expected, so that the first steps of a span do not decide alone. */
const PRIOR_SECONDS = 1800;
const MOST = 4;

/** What a reference keeps of the load that came. */
type Followed = Pick<Reference, 'came' | 'expected'>;

/** Adds the load of a step of a span, and what the reference expected of it. */
export function follow(followed: Followed, value: number, expected: number, stepSeconds: number): void {
  if (Number.isNaN(value) || Number.isNaN(expected)) return;
  const fading = Math.exp(-stepSeconds / MEMORY_SECONDS);
  followed.came = fading * followed.came + value;
  followed.expected = fading * followed.expected + expected;
}

/** The recent load as a multiple of what the reference expected; the steps to come are scaled by it. */
export function ratioOf({ came, expected }: Followed, level: number, stepSeconds: number): number {
  const prior = (level * PRIOR_SECONDS) / stepSeconds;
  if (!(expected + prior > 0)) return 1;
  return Math.min(MOST, Math.max(1 / MOST, (came + prior) / (expected + prior)));
}
