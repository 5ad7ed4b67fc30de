import type { IBackoff, IBackoffFactory } from 'cockatiel';

/**
 * How long a circuit stays open. cockatiel goes by the time of day, so that a clock that is set back by ten minutes
 * meanwhile would keep the circuit open for ten minutes more. This goes by a clock that nobody sets: it asks for a wait
 * without end until the time has passed, and for none from then on.
 */
export function steadyBackoff(milliseconds: number): IBackoffFactory<unknown> {
  const next = (): IBackoff<unknown> => {
    const openedAt = performance.now();
    return {
      get duration() {
        const isOver = performance.now() - openedAt >= milliseconds;
        return isOver ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next,
    };
  };
  return { next };
}
