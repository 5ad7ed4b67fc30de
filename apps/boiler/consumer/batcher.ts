/** What a batcher needs. */
export interface BatcherOptions<Item> {
  /** Most items in a batch. */
  readonly maxItems: number;
  /** How long an item may wait for its batch to fill, in milliseconds. */
  readonly maxWaitMilliseconds: number;
  /** Works on a batch. The next one begins when it resolves; when it rejects, the batcher stops for good. */
  readonly work: (batch: readonly Item[]) => Promise<void>;
}

/** Collects items into batches and has them worked on one after the other, in the order in which they came. */
export class Batcher<Item> {
  readonly #options: BatcherOptions<Item>;
  #waiting: Item[] = [];
  /** Runs from the first waiting item on, also while a batch is being worked on. */
  #timer: NodeJS.Timeout | undefined;
  /** True when the waiting items must go as soon as the batch before them is done. */
  #due = false;
  #working: Promise<void> | undefined;
  #stopped = false;

  constructor(options: BatcherOptions<Item>) {
    this.#options = options;
  }

  /** Takes an item; ignored once stopped. */
  add(item: Item): void {
    if (this.#stopped) return;
    this.#waiting.push(item);
    this.#timer ??= setTimeout(() => {
      this.#due = true;
      this.#startIfReady();
    }, this.#options.maxWaitMilliseconds);
    this.#startIfReady();
  }

  /** Has everything that was added worked on without waiting for more, and resolves when it is done. */
  async finish(): Promise<void> {
    while ((this.#waiting.length > 0 || this.#working) && !this.#stopped) {
      this.#due = true;
      this.#startIfReady();
      await this.#working;
    }
  }

  /** Forgets what waits and takes nothing more; a batch being worked on is left to its end. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
  }

  #startIfReady(): void {
    const full = this.#waiting.length >= this.#options.maxItems;
    if (this.#working || this.#waiting.length === 0 || !(full || this.#due)) return;
    const batch = this.#waiting.splice(0, this.#options.maxItems);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // When more than one batch has piled up, the rest has waited long enough.
    this.#due = this.#waiting.length > 0;
    this.#working = this.#options.work(batch).then(
      () => {
        this.#working = undefined;
        this.#startIfReady();
      },
      () => {
        this.#working = undefined;
        this.stop();
      },
    );
  }
}
