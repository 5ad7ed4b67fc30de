import type { Series } from '../forecast/types.js';
import { ScalerError } from '../shared/errors.js';
import { hasAbsence, readAbsence } from './absence.js';
import { Backoff } from './backoff.js';
import { fillGaps, longestBridgedGap } from './fill-gaps.js';
import { PastLooks, stepsBetweenSamples } from './past-looks.js';
import { isTimeout, SliceSize } from './slices.js';
import { StepBuffer } from './step-buffer.js';
import type { HistorySource, Observation } from './types.js';

/** Empty newest steps are asked for again until they are this old, two steps at least. */
const LATE_SECONDS = 15 * 60;

/** Which history a window holds. */
export interface WindowOptions {
  readonly query: string;
  /** Whether it holds the heartbeat of the source. */
  readonly isHeartbeat?: boolean;
  readonly namespace?: string | undefined;
  readonly stepSeconds: number;
  /** Seconds after a step's end until it is asked for. */
  readonly settleSeconds: number;
  /** In [0, 1): where in each pause it looks for an empty past. @default 0 */
  readonly lateness?: number;
}

/** Steps that a caller wants: `[from, end)`. */
interface Goal {
  readonly from: number;
  /** One past the last step that is final. */
  readonly end: number;
}

/**
 * The past of one query on one step grid, shared by the triggers that ask for it. It is loaded whole once, newest part
 * first, and then only for new steps. Callers pass the time of this machine; steps are dated by the source's clock.
 *
 * A step is final `settleSeconds` after its end and is then asked for once, since scrapes, recording rules and remote
 * writes may arrive late. Empty newest steps are asked for again for a quarter of an hour. While the oldest steps are
 * unknown, a cheap query looks for them now and then: a past may be imported, or its store start late. What fills a gap
 * between known steps is seen only by a process that starts later.
 */
export class HistoryWindow {
  readonly #buffer: StepBuffer;
  readonly #slice: SliceSize;
  #isLoaded = false;
  /** First step that was asked for. */
  #askedFrom = 0;
  readonly #looks: PastLooks;
  #lateArrivals = 0;
  #askedAtSeconds = Number.NEGATIVE_INFINITY;
  readonly #newestBackoff = new Backoff();
  readonly #olderBackoff = new Backoff();
  /** What users share: the fetch in progress, and the newest look at the load. */
  #load: Promise<Goal> | undefined;
  #observation: { readonly nowSeconds: number; readonly result: Promise<Observation> } | undefined;
  /** Aborted with the last share. */
  readonly #closing = new AbortController();
  /** The shares of its users: how many steps each wants. */
  readonly #shares = new Set<{ readonly historySteps: number }>();

  constructor(
    readonly source: HistorySource,
    readonly options: WindowOptions,
  ) {
    const { stepSeconds, isHeartbeat = false, lateness = 0 } = options;
    this.#looks = new PastLooks(lateness);
    this.#buffer = new StepBuffer(stepSeconds, 0);
    this.#slice = new SliceSize(source.sliceSteps(stepSeconds, isHeartbeat), stepSeconds);
  }

  /** One past the last step held. */
  get end(): number {
    return this.#buffer.end;
  }

  /** How often a part of the past came that had been empty before. */
  get lateArrivals(): number {
    return this.#lateArrivals;
  }

  /**
   * Takes a share, which makes room for its steps. The next refresh fetches those that are missing.
   * @returns gives the share up and says whether the window is still in use; the last one ends its requests
   */
  join(historySteps: number): () => boolean {
    const share = { historySteps };
    this.#shares.add(share);
    this.#fit();
    // A new user expects what a new window would find.
    this.#looks.hurry();
    return () => {
      this.#shares.delete(share);
      if (this.#shares.size > 0) this.#fit();
      else this.#closing.abort(new DOMException('the history window is no longer in use', 'AbortError'));
      return this.#shares.size > 0;
    };
  }

  /** Makes room for the longest share. */
  #fit(): void {
    const wanted = Math.max(...[...this.#shares].map(({ historySteps }) => historySteps));
    if (wanted !== this.#buffer.capacity) this.#buffer.resize(wanted);
  }

  /**
   * Fetches what is missing of the last `historySteps` final steps. Callers at the same time share one fetch.
   * @throws ScalerError of kind `unavailable` or `rejected`; what came before the failure stays. After a timeout or a
   *   refusal it is the same error until the time of the retry.
   */
  async refresh(historySteps: number, nowSeconds: number): Promise<void> {
    for (;;) {
      const atSeconds = this.sourceSeconds(nowSeconds);
      const goal = this.#goal(historySteps, atSeconds);
      const isComplete = this.#isLoaded && !this.#lacksNewest(goal, atSeconds) && !this.#lacksOlder(goal);
      if (isComplete && !this.#isLookDue(atSeconds)) return;
      this.#load ??= this.#reach(historySteps, nowSeconds).finally(() => {
        this.#load = undefined;
      });
      const reached = await this.#load;
      if (reached.end >= goal.end && reached.from <= goal.from) return;
    }
  }

  /** The value now. Callers within one second share one query. Errors as for `refresh`. */
  async observe(nowSeconds: number): Promise<Observation> {
    const last = this.#observation;
    if (last !== undefined && Math.abs(nowSeconds - last.nowSeconds) < 1) return last.result;
    const observation = { nowSeconds, result: this.#instant(nowSeconds) };
    this.#observation = observation;
    try {
      return await observation.result;
    } catch (error) {
      if (this.#observation === observation) this.#observation = undefined;
      throw error;
    }
  }

  async #instant(nowSeconds: number, isAgain = false): Promise<Observation> {
    const { query, namespace } = this.options;
    const atSeconds = this.sourceSeconds(nowSeconds);
    const observation = await this.source.instant(query, atSeconds, this.#closing.signal, namespace);
    // The answer may have shown another offset of the source's clock: then it is about another moment.
    const isAboutNow = isAgain || atSeconds === this.sourceSeconds(nowSeconds);
    return isAboutNow ? observation : this.#instant(nowSeconds, true);
  }

  sourceSeconds(nowSeconds: number): number {
    return nowSeconds + this.source.clockOffsetSeconds;
  }

  nextStepFinalSeconds(nowSeconds: number): number {
    const { stepSeconds, settleSeconds } = this.options;
    return (this.#goal(0, nowSeconds).end + 1) * stepSeconds + settleSeconds;
  }

  /**
   * A copy of up to `historySteps` steps until the last final one, with short gaps bridged unless `keepsGaps`.
   *
   * @param fromSeconds where the copy is to begin; it has a little more, so that gaps are bridged as in the whole
   * @param heartbeat window of the source's heartbeat on the same grid; with it absence reads as 0
   */
  series(historySteps: number, fromSeconds = 0, heartbeat?: HistoryWindow, keepsGaps = false): Series {
    const { end } = this.#buffer;
    const { stepSeconds } = this.options;
    const first = Math.max(this.#buffer.first, end - historySteps);
    const needed = Math.floor(fromSeconds / stepSeconds) - longestBridgedGap(stepSeconds) - 1;
    const from = Math.min(end, Math.max(first, needed));
    const finished = (series: Required<Series>) => (keepsGaps ? series : fillGaps(series));
    if (heartbeat === undefined) return finished(this.#buffer.read(from, end));
    const whole = readAbsence(this.#buffer.read(first, end), (step) => heartbeat.#buffer.at(first + step));
    const part = { values: whole.values.subarray(from - first), peaks: whole.peaks.subarray(from - first) };
    return finished({ ...whole, ...part, startSeconds: from * stepSeconds });
  }

  /** Whether the query, after it had a series, had none for longer than a restart takes. */
  hasAbsence(historySteps: number): boolean {
    const { first, end } = this.#buffer;
    return hasAbsence(this.#buffer.read(Math.max(first, end - historySteps), end));
  }

  #goal(historySteps: number, atSeconds: number): Goal {
    const { stepSeconds, settleSeconds } = this.options;
    const end = Math.max(0, Math.floor((atSeconds - settleSeconds) / stepSeconds));
    return { from: Math.max(0, end - historySteps), end };
  }

  /** First step held that was asked for. */
  get #heldFrom(): number {
    return Math.max(this.#askedFrom, this.#buffer.first);
  }

  /** Whether steps before those held are wanted and fit. */
  #lacksOlder(goal: Goal): boolean {
    const { end, capacity } = this.#buffer;
    return Math.max(goal.from, end - capacity) < this.#heldFrom;
  }

  /** First step of the longest share. */
  get #wantedFrom(): number {
    return Math.max(0, this.#buffer.end - this.#buffer.capacity);
  }

  /** First step of which anything is known; the end where nothing is. */
  get #knownFrom(): number {
    const { first, end } = this.#buffer;
    let step = first;
    while (step < end && !this.#buffer.isKnown(step)) step++;
    return step;
  }

  /** Whether it is time to look for older steps that came empty, and there are any. */
  #isLookDue(nowSeconds: number): boolean {
    return (
      this.#isLoaded &&
      this.#looks.isDue(nowSeconds) &&
      this.#knownFrom - this.#wantedFrom > longestBridgedGap(this.options.stepSeconds)
    );
  }

  /** Whether there are new steps, or it is time to ask again for empty newest ones. */
  #lacksNewest({ end }: Goal, nowSeconds: number): boolean {
    if (end > this.#buffer.end) return true;
    const isDue = nowSeconds - this.#askedAtSeconds >= this.options.settleSeconds;
    return isDue && this.#resumeAt() < this.#buffer.end;
  }

  /** The step after the last known one, or the oldest that late samples may still reach: the series may have ended. */
  #resumeAt(): number {
    const { end, first } = this.#buffer;
    const late = Math.max(2, Math.ceil(LATE_SECONDS / this.options.stepSeconds));
    const oldest = Math.max(first, end - late);
    let step = end;
    while (step > oldest && !this.#buffer.isKnown(step - 1)) step--;
    return step;
  }

  /** Loads what is missing; again when an answer shows another offset of the source's clock: other steps were meant. */
  async #reach(historySteps: number, nowSeconds: number, isAgain = false): Promise<Goal> {
    const offsetSeconds = this.source.clockOffsetSeconds;
    const atSeconds = nowSeconds + offsetSeconds;
    const goal = this.#goal(historySteps, atSeconds);
    if (!this.#isLoaded || goal.from > this.#buffer.end) {
      this.#isLoaded = false;
      this.#buffer.restart(goal.end);
      this.#askedFrom = goal.end;
    }
    const isOtherTime = () => !isAgain && this.source.clockOffsetSeconds !== offsetSeconds;
    const again = () => this.#reach(historySteps, nowSeconds, true);
    if (this.#lacksNewest(goal, atSeconds)) {
      for (let from = this.#resumeAt(); from < goal.end; from += this.#slice.steps) {
        const end = Math.min(goal.end, from + this.#slice.steps);
        const series = await this.#ask(from, end, this.#newestBackoff, atSeconds);
        if (isOtherTime()) return again();
        this.#buffer.write(series);
      }
      this.#askedAtSeconds = atSeconds;
    }
    let wantedFrom = goal.from;
    if (!this.#lacksOlder(goal) && this.#isLookDue(atSeconds) && (await this.#look(atSeconds)))
      wantedFrom = this.#wantedFrom;
    while (this.#lacksOlder({ ...goal, from: wantedFrom })) {
      const end = this.#heldFrom;
      const from = Math.max(wantedFrom, end - this.#slice.steps);
      const wasEmpty = end > this.#buffer.first;
      const knownFrom = this.#knownFrom;
      const series = await this.#ask(from, end, this.#olderBackoff, atSeconds);
      if (isOtherTime()) return again();
      this.#buffer.write(series);
      if (wasEmpty && this.#knownFrom < knownFrom) {
        this.#lateArrivals++;
        // More may follow.
        this.#looks.hurry();
      }
      this.#askedFrom = from;
      if (!this.#isLoaded) {
        this.#askedAtSeconds = atSeconds;
        this.#looks.looked(atSeconds);
      }
      this.#isLoaded = true;
    }
    this.#slice.reset();
    return goal;
  }

  /** Looks for a past before the first known step. @returns whether there is one: these steps are then missing */
  async #look(nowSeconds: number): Promise<boolean> {
    const { signal } = this.#closing;
    const { query, namespace } = this.options;
    const knownFrom = this.#knownFrom;
    const apart = stepsBetweenSamples(knownFrom - this.#wantedFrom);
    const apartSeconds = apart * this.options.stepSeconds;
    const from = Math.ceil(this.#wantedFrom / apart) * apartSeconds;
    const to = Math.floor(knownFrom / apart) * apartSeconds;
    this.#looks.looked(nowSeconds);
    try {
      const found = await this.source.range(query, from, to, apartSeconds, signal, namespace, apartSeconds);
      signal.throwIfAborted();
      if (found.values.every(Number.isNaN)) return false;
      this.#askedFrom = knownFrom;
      return true;
    } catch (error) {
      // Nothing is lost; a source that fails is reported when the next step is asked for.
      if (!(error instanceof ScalerError)) throw error;
      return false;
    }
  }

  /** Asks for steps; waits longer after each timeout or refusal, to spare the source. Heartbeats are asked for all. */
  async #ask(from: number, end: number, backoff: Backoff, nowSeconds: number): Promise<Series> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    backoff.check(nowSeconds);
    const { query, isHeartbeat, namespace, stepSeconds } = this.options;
    const [fromSeconds, toSeconds] = [from * stepSeconds, end * stepSeconds];
    try {
      const series = await (isHeartbeat
        ? this.source.heartbeat(fromSeconds, toSeconds, stepSeconds, signal)
        : this.source.range(query, fromSeconds, toSeconds, stepSeconds, signal, namespace));
      signal.throwIfAborted();
      backoff.succeeded();
      return series;
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      if (!isTimeout(error) && error.kind !== 'rejected' && !isHeartbeat) throw error;
      const halved = this.#slice.halve(error, end - from);
      // The next try asks for less, so it need not wait longer.
      if (halved) backoff.succeeded();
      backoff.failed(nowSeconds, halved ?? error);
      throw halved ?? error;
    }
  }
}
