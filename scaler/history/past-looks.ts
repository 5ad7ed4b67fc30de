/** The first look comes after so long at most; the pause is doubled for each further one up to the longest. */
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;

/** How many samples a look for a past takes at most. */
const MOST_SAMPLES = 400;

/**
 * When a past that came empty is looked for again: soon at first, and at growing distances for a workload that is really
 * new. Looks are due at moments that the clock gives, so that two replicas that have both waited for long find what
 * comes at the same time.
 */
export class PastLooks {
  #pauseSeconds = FIRST_PAUSE_SECONDS;
  #lookedAtSeconds = Number.NEGATIVE_INFINITY;

  /** @param lateness in [0, 1): where in each pause a look is due, so that many windows are not looked at at once */
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
 * How many steps lie between two samples of a look at so many steps. Neither 2 nor 3 divides it: samples would otherwise
 * fall on the same times of each day, and miss what is only there at others.
 */
export function stepsBetweenSamples(steps: number): number {
  let apart = Math.ceil(steps / MOST_SAMPLES);
  while (apart % 2 === 0 || apart % 3 === 0) apart++;
  return apart;
}
