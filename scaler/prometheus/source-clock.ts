/** Smaller differences are ignored: the error of NTP, whole seconds of Date headers, and the network. */
const TOLERATED_SECONDS = 30;

/**
 * The offset of a source's clock. The source dates its samples, so its clock says what "now" is: a scaler that is 10
 * minutes ahead would ask for a time without data and read the empty result as no load.
 *
 * A Date header that differs makes the scaler ask the source for its `time()`, since the header may be that of a proxy.
 */
export class SourceClock {
  /** Seconds to add to the time of this machine; 0 while the clocks differ by less than half a minute. */
  offsetSeconds = 0;
  /** Offset of the Date header that was last looked into. */
  #heardSeconds = 0;
  #checking: Promise<void> | undefined;

  /**
   * @param machineSeconds epoch seconds of this machine
   * @param askTime epoch seconds of the source; undefined when it refuses to tell
   */
  constructor(
    readonly machineSeconds: () => number,
    readonly askTime: () => Promise<number | undefined>,
  ) {}

  /**
   * Compares the Date header of an answer with the clock of this machine. Resolves when the offset is known; rejects as
   * `askTime`.
   * @param sentAtSeconds time of this machine before the request
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
      // The next answer must ask again.
      this.#heardSeconds = heardBefore;
      throw error;
    } finally {
      this.#checking = undefined;
    }
  }
}
