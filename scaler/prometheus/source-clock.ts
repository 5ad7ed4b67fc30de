/** Difference of two clocks that is ignored: NTP's error, the whole seconds of a Date header and the network. */
const TOLERATED_SECONDS = 30;

/**
 * How far a source's clock is from this machine's. The source dates its samples, so its clock says what "now" is: a
 * scaler that is 10 minutes ahead would ask for a moment without data and read the empty result as no load.
 *
 * The Date header may be a proxy's, so a header that differs only makes the scaler ask the source for its `time()`.
 */
export class SourceClock {
  /** Seconds to add to this machine's time; 0 while the clocks differ by less than half a minute. */
  offsetSeconds = 0;
  /** Offset of the Date header that was last looked into. */
  #heardSeconds = 0;
  #checking: Promise<void> | undefined;

  /**
   * @param machineSeconds this machine's clock in epoch seconds.
   * @param askTime the source's clock in epoch seconds; undefined when the source refuses to tell.
   */
  constructor(
    readonly machineSeconds: () => number,
    readonly askTime: () => Promise<number | undefined>,
  ) {}

  /**
   * Compares the Date header of an answer that has just come with this machine's clock. Resolves when the offset is known,
   * or as `askTime`.
   * @param sentAtSeconds this machine's time before the request.
   */
  async hear(date: string | undefined, sentAtSeconds: number): Promise<void> {
    const atSeconds = Date.parse(date ?? '') / 1000;
    const least = atSeconds - this.machineSeconds();
    const most = atSeconds + 1 - sentAtSeconds;
    const heard = this.#heardSeconds;
    if (least > heard + TOLERATED_SECONDS || most < heard - TOLERATED_SECONDS) {
      this.#heardSeconds = (least + most) / 2;
      this.#checking = this.#check(heard);
    }
    await this.#checking;
  }

  async #check(heardBefore: number): Promise<void> {
    const sentAtSeconds = this.machineSeconds();
    try {
      const atSeconds = await this.askTime();
      if (atSeconds === undefined) return;
      const offset = atSeconds - (sentAtSeconds + this.machineSeconds()) / 2;
      this.offsetSeconds = Math.abs(offset) < TOLERATED_SECONDS ? 0 : Math.round(offset);
    } catch (error) {
      // Not known yet, so the next answer must bring it up again.
      this.#heardSeconds = heardBefore;
      throw error;
    } finally {
      this.#checking = undefined;
    }
  }
}
