/** Wait before the first retry, doubled for each further failure. */
const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 300;

/** Makes a request wait longer after each failure, instead of being sent again at every tick. */
export class Backoff {
  #failures = 0;
  #retryAtSeconds = 0;
  #error: unknown;

  /** @throws the last failure until its wait is over. */
  check(nowSeconds: number): void {
    const waitSeconds = this.#retryAtSeconds - nowSeconds;
    // A clock that is set back must not make the wait longer.
    if (this.#failures > 0 && waitSeconds > 0 && waitSeconds <= LONGEST_WAIT_SECONDS) throw this.#error;
  }

  failed(nowSeconds: number, error: unknown): void {
    this.#retryAtSeconds =
      nowSeconds + Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** this.#failures++);
    this.#error = error;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
