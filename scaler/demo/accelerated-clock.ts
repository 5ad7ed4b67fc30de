import type { Clock } from '../shared/clock.js';

/** Longest delay that a timer of the platform takes, in milliseconds. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** How a clock goes. */
interface Pace {
  readonly speed: number;
  readonly isPaused: boolean;
  /** Moment beyond which it does not go. */
  readonly limitSeconds: number;
}

/**
 * A clock that runs `speed` times as fast as the machine's, and that can be paused and given another speed while
 * others sleep on it.
 */
export class AcceleratedClock implements Clock {
  readonly #rearm = new Set<() => void>();
  #anchorSeconds: number;
  #anchorMilliseconds = performance.now();
  #pace: Pace;

  constructor(startSeconds: number, speed: number) {
    this.#anchorSeconds = startSeconds;
    this.#pace = { speed, isPaused: false, limitSeconds: Infinity };
  }

  get speed(): number {
    return this.#pace.speed;
  }

  get isPaused(): boolean {
    return this.#pace.isPaused;
  }

  nowSeconds(): number {
    const { speed, isPaused, limitSeconds } = this.#pace;
    if (isPaused) return this.#anchorSeconds;
    const elapsedSeconds = (performance.now() - this.#anchorMilliseconds) / 1000;
    return Math.min(limitSeconds, this.#anchorSeconds + elapsedSeconds * speed);
  }

  /** @param speed above 0. */
  setSpeed(speed: number): void {
    this.#change({ speed });
  }

  pause(): void {
    this.#change({ isPaused: true });
  }

  resume(): void {
    this.#change({ isPaused: false });
  }

  /**
   * Lets the clock go no further than a moment, until it is given a later one: on a slow machine it then waits for
   * those who cannot keep up, and what they see is the same as on a fast one.
   */
  limitTo(limitSeconds: number): void {
    this.#change({ limitSeconds });
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return this.sleepUntil(this.nowSeconds() + seconds, signal);
  }

  /** Resolves when the clock has come to a moment; rejects with the signal's reason when it is aborted first. */
  async sleepUntil(wakeAtSeconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const stop = () => {
        clearTimeout(timer);
        this.#rearm.delete(arm);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        stop();
        reject(signal?.reason);
      };
      const arm = () => {
        clearTimeout(timer);
        const { speed, isPaused, limitSeconds } = this.#pace;
        if (isPaused) return;
        const left = ((wakeAtSeconds - this.nowSeconds()) / speed) * 1000;
        if (left <= 0) {
          stop();
          resolve();
        } else if (wakeAtSeconds <= limitSeconds)
          timer = setTimeout(arm, Math.min(left, LONGEST_TIMER_MILLISECONDS));
      };
      signal?.addEventListener('abort', abort);
      this.#rearm.add(arm);
      arm();
    });
  }

  #change(changes: Partial<Pace>): void {
    this.#anchorSeconds = this.nowSeconds();
    this.#anchorMilliseconds = performance.now();
    this.#pace = { ...this.#pace, ...changes };
    for (const arm of [...this.#rearm]) arm();
  }
}
