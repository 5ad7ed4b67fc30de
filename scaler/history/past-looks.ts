/** Longest pause before the first look, doubled for each further one. */
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;

/** Most samples of one look. */
const MOST_SAMPLES = 400;

/**
 * When to look again for a past that was empty: soon at first, then at growing distances. Looks are due at fixed times
 * of the clock, so that replicas find what comes at the same time.
 */
export class PastLooks {
  #pauseSeconds = FIRST_PAUSE_SECONDS;
  #lookedAtSeconds = Number.NEGATIVE_INFINITY;

  /** @param lateness in [0, 1): where in each pause a look is due, so that windows do not all look at once */
  constructor(readonly lateness: number) {}

  isDue(nowSeconds: number): boolean {
    return this.#pauseAt(nowSeconds) !== this.#pauseAt(this.#lookedAtSeconds);
  }

  looked(nowSeconds: number): void {
    if (this.#lookedAtSeconds !== Number.NEGATIVE_INFINITY)
      this.#pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, 2 * this.#pauseSeconds);
    this.#lookedAtSeconds = nowSeconds;
  }

  /** Makes the next pause as short as the first. */
  hurry(): void {
    this.#pauseSeconds = FIRST_PAUSE_SECONDS;
  }

  #pauseAt(seconds: number): number {
    return Math.floor(seconds / this.#pauseSeconds - this.lateness);
  }
}

/**
 * Steps between two samples of a look. Neither 2 nor 3 divides them: samples would otherwise fall on the same times of
 * each day, and miss a load at other times.
 */
export function stepsBetweenSamples(steps: number): number {
  let apart = Math.ceil(steps / MOST_SAMPLES);
  while (apart % 2 === 0 || apart % 3 === 0) apart++;
  return apart;
}
