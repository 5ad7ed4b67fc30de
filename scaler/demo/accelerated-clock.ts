import type { Clock } from '../shared/clock.js';

/** Longest delay of a timer of Node.js. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

interface Pace {
  readonly speed: number;
  readonly isPaused: boolean;
  readonly limitSeconds: number;
}

/** A clock that runs `speed` times as fast as the machine's. Pauses and changes of speed hold for sleepers too. */
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
   * Stops the clock at a moment until it is given a later one. On a slow machine it then waits for those who are late,
   * and they see the same as on a fast one.
   */
  limitTo(limitSeconds: number): void {
    this.#change({ limitSeconds });
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    return this.sleepUntil(this.nowSeconds() + seconds, signal);
  }

  /** Resolves when the clock reaches a moment; rejects with the signal's reason when that is aborted first. */
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
