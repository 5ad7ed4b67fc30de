/**
 * Seconds that two clocks may differ without anybody caring: the error of NTP, the whole seconds of a Date header, and
 * the way of a request.
 */
const toleratedSeconds = 30;

/** Moments, by this machine's clock, between which the server wrote an answer. */
export interface AnsweredBetween {
  readonly sentAtSeconds: number;
  readonly receivedAtSeconds: number;
}

/**
 * How far the clock of a source is from this machine's. Samples are dated by the source's clock, so it is the one that
 * says what "now" is: a scaler that is 10 minutes ahead would otherwise ask for a moment that the source knows nothing
 * of yet, and read an empty result as no load.
 *
 * The Date header of each answer gives the hint. It may be a proxy's, so the source is then asked for the time itself.
 */
export class SourceClock {
  readonly #machineSeconds: () => number;
  readonly #askTime: () => Promise<number | undefined>;
  #offsetSeconds = 0;
  /** What the Date header said when it was last looked into. */
  #heardSeconds = 0;
  #checking: Promise<void> | undefined;

  /**
   * @param machineSeconds this machine's clock, in epoch seconds.
   * @param askTime the source's clock, in epoch seconds; undefined when the source refuses to tell.
   */
  constructor(machineSeconds: () => number, askTime: () => Promise<number | undefined>) {
    this.#machineSeconds = machineSeconds;
    this.#askTime = askTime;
  }

  /** To be added to this machine's time; 0 while the two differ by less than half a minute. */
  get offsetSeconds(): number {
    return this.#offsetSeconds;
  }

  /**
   * Takes down an answer's Date header. Resolves when the offset is known again.
   * @throws what asking for the time throws.
   */
  async hear(date: string | undefined, { sentAtSeconds, receivedAtSeconds }: AnsweredBetween): Promise<void> {
    const atSeconds = Date.parse(date ?? '') / 1000;
    if (Number.isNaN(atSeconds)) return;
    // A body may take long to arrive, and the header says whole seconds.
    const least = atSeconds - receivedAtSeconds;
    const most = atSeconds + 1 - sentAtSeconds;
    const isAsHeard =
      least <= this.#heardSeconds + toleratedSeconds && most >= this.#heardSeconds - toleratedSeconds;
    if (!isAsHeard) {
      const before = this.#heardSeconds;
      this.#heardSeconds = (least + most) / 2;
      this.#checking = this.#check()
        .catch((error: unknown) => {
          // Not known yet: the next answer brings it up again.
          this.#heardSeconds = before;
          throw error;
        })
        .finally(() => {
          this.#checking = undefined;
        });
    }
    await this.#checking;
  }

  async #check(): Promise<void> {
    const sentAtSeconds = this.#machineSeconds();
    const atSeconds = await this.#askTime();
    if (atSeconds === undefined) return;
    const offset = atSeconds - (sentAtSeconds + this.#machineSeconds()) / 2;
    this.#offsetSeconds = Math.abs(offset) < toleratedSeconds ? 0 : Math.round(offset);
  }
}
