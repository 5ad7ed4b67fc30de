/**
 * Calls `refresh` `intervalMilliseconds` after each end, but not while the page is hidden. After failures the pauses
 * grow up to half a minute.
 */
export class RefreshLoop {
  #timer: number | undefined;
  #isStopped = false;
  #isRunning = false;
  #failures = 0;

  constructor(
    readonly refresh: () => Promise<boolean>,
    readonly intervalMilliseconds: () => number,
  ) {
    document.addEventListener('visibilitychange', this.#wake);
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#wake);
  }

  readonly #wake = (): void => {
    if (!document.hidden) void this.#run();
  };

  async #run(): Promise<void> {
    if (this.#isStopped || this.#isRunning) return;
    clearTimeout(this.#timer);
    this.#isRunning = true;
    const isWell = await this.refresh();
    this.#isRunning = false;
    if (this.#isStopped) return;
    this.#failures = isWell ? 0 : this.#failures + 1;
    const pause = Math.min(30_000, this.intervalMilliseconds() * 2 ** Math.min(5, this.#failures));
    if (!document.hidden) this.#timer = window.setTimeout(() => void this.#run(), pause);
  }
}
