/**
 * One piece of asynchronous work that several callers wait for. A caller that gives up stops waiting at once; the
 * work itself is aborted only when the last of them has given up.
 */
export class SharedWork<Result> {
  /** Dropped when the work has ended, since thousands of results are kept. */
  #controller: AbortController | undefined = new AbortController();
  readonly #result: Promise<Result>;
  #waiting = 0;
  /** Whether joining can only fail. */
  hasFailed = false;

  /** Starts the work. `run` must end soon after its signal is aborted. */
  constructor(run: (signal: AbortSignal) => Promise<Result>) {
    this.#result = run(this.#controller!.signal);
    const end = (): void => {
      this.#controller = undefined;
    };
    // Callers of join() get the failure; without any it must not count as unhandled.
    this.#result.then(end, () => {
      this.hasFailed = true;
      end();
    });
  }

  /** Whether the work goes on: false once it has ended or every caller has given up. */
  get isRunning(): boolean {
    return this.#controller !== undefined;
  }

  /** Waits for the result; rejects with the work's own error, or with the signal's reason when that aborts first. */
  async join(signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    this.#waiting++;
    let giveUp = (): void => {};
    try {
      if (signal === undefined) return await this.#result;
      const aborted = new Promise<never>((_, reject) => {
        giveUp = () => reject(signal.reason);
        signal.addEventListener('abort', giveUp, { once: true });
      });
      return await Promise.race([this.#result, aborted]);
    } finally {
      signal?.removeEventListener('abort', giveUp);
      this.#waiting--;
      if (this.#waiting === 0) this.abort(signal?.reason);
    }
  }

  /** Aborts the work for all callers. */
  abort(reason: unknown): void {
    if (this.#controller === undefined) return;
    this.hasFailed = true;
    this.#controller.abort(reason);
    this.#controller = undefined;
  }
}
