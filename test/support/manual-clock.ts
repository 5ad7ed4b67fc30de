import type { Clock } from '../../scaler/shared/clock.js';

interface Sleeper {
  wakeAtSeconds: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowSeconds: number;
  #sleepers: Sleeper[] = [];

  constructor(startSeconds: number) {
    this.#nowSeconds = startSeconds;
  }

  nowSeconds(): number {
    return this.#nowSeconds;
  }

  async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakeAtSeconds: this.#nowSeconds + seconds,
        wake: () => {
          leave();
          resolve();
        },
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Sets the time as NTP does: those who sleep go on sleeping for as long as they wanted to. */
  jump(seconds: number): void {
    this.#nowSeconds += seconds;
    for (const sleeper of this.#sleepers) sleeper.wakeAtSeconds += seconds;
  }

  /**
   * Moves the clock on and wakes the sleepers on the way in their order. Between two of them everything that can run
   * without waiting for the outside world has run.
   */
  async advance(seconds: number): Promise<void> {
    const untilSeconds = this.#nowSeconds + seconds;
    for (;;) {
      await idle();
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (soonest, sleeper) => (soonest && soonest.wakeAtSeconds <= sleeper.wakeAtSeconds ? soonest : sleeper),
        undefined,
      );
      if (!next || next.wakeAtSeconds > untilSeconds) break;
      this.#nowSeconds = Math.max(this.#nowSeconds, next.wakeAtSeconds);
      next.wake();
    }
    this.#nowSeconds = untilSeconds;
    await idle();
  }
}

/** Lets queued promise callbacks run: `setImmediate` fires after all of them. */
function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
