import type { Series } from '../forecast/types.js';
import { RequestFailure } from '../prometheus/request-failure.js';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import { hasAbsence, readAbsence, readAbsenceBy } from './absence.js';
import { Backoff } from './backoff.js';
import { fillGaps, longestBridgedGap } from './fill-gaps.js';
import { SharedWork } from './shared-work.js';
import { StepBuffer } from './step-buffer.js';
import type { HistorySource, Observation } from './types.js';

/** Newest steps that came empty are asked for again as long as they are younger than this (and at least two steps). */
const lateSeconds = 15 * 60;

/** Fewer steps than these are not asked for at once: their number is not what makes a query slow. */
const fewestSteps = 12;

/** What identifies a window, and how long a step takes to become final. */
export interface WindowOptions {
  readonly query: string;
  readonly stepSeconds: number;
  /** Seconds after a step's end until it is asked for. */
  readonly settleSeconds: number;
}

/** On whose behalf the source is asked, and until when. */
interface Caller {
  readonly signal: AbortSignal;
  readonly tenant: string | undefined;
  /** Whether the answer counts whatever it shows of the source's clock. */
  readonly isLastTry: boolean;
}

/** An answer showed that the clocks differ by another amount than was thought: it is not about the moment meant. */
class ClockMoved extends Error {}

/** The last of these tries takes what comes: servers behind one address may have clocks that contradict each other. */
const maxClockTries = 3;

/** Steps that a caller wants: `[from, end)`. */
interface Goal {
  readonly from: number;
  /** One past the last step that is final. */
  readonly end: number;
}

/**
 * The past of one query on one step grid, shared by every trigger that asks the same. It is loaded whole once, newest
 * part first, and then only for new steps. Without a clock or timers of its own: whoever owns it says what time it is on this machine.
 * Everything held is dated by the source's clock.
 *
 * A step is final `settleSeconds` after its end, and is then asked for once: scrapes, recording rules and remote
 * writes may arrive that late. Newest steps that came empty are asked for again for a quarter of an hour; what comes
 * later than that is seen only by a process that starts later.
 */
export class HistoryWindow {
  readonly #source: HistorySource;
  readonly #options: WindowOptions;
  readonly #buffer: StepBuffer;
  #isLoaded = false;
  /** First step that was asked for: of earlier ones nothing is known because nobody wanted them. */
  #askedFrom = 0;
  #askedAtSeconds = Number.NEGATIVE_INFINITY;
  /** Steps asked for at once; fewer while the source does not answer in time. */
  #sliceSteps: number;
  readonly #newestBackoff = new Backoff();
  readonly #olderBackoff = new Backoff();
  #load: { readonly goal: Goal; readonly work: SharedWork<void> } | undefined;
  #observation: { readonly atSeconds: number; readonly work: SharedWork<Observation> } | undefined;

  constructor(source: HistorySource, options: WindowOptions, historySteps: number) {
    this.#source = source;
    this.#options = options;
    this.#buffer = new StepBuffer(options.stepSeconds, historySteps);
    this.#sliceSteps = source.sliceSteps(options.stepSeconds);
  }

  /** Steps that the window has room for. */
  get capacity(): number {
    return this.#buffer.capacity;
  }

  /** One past the last step held. */
  get end(): number {
    return this.#buffer.end;
  }

  /** Makes room for more or fewer steps. What a longer window lacks is fetched by the refresh that wants it. */
  resize(historySteps: number): void {
    if (historySteps !== this.#buffer.capacity) this.#buffer.resize(historySteps);
  }

  /**
   * Asks the source for what is missing of the last `historySteps` final steps. Callers at the same time share one
   * fetch, which is made on behalf of the first one's tenant.
   * @throws ScalerError of kind `unavailable` or `rejected`; the window then keeps what it had, and what came before
   *   the failure. After one that takes long or that a refusal caused, the same error comes until it is time to retry.
   */
  refresh(historySteps: number, nowSeconds: number, signal?: AbortSignal, tenant?: string): Promise<void> {
    return this.#bySourceClock(nowSeconds, (atSeconds, isLastTry) =>
      this.#refresh(historySteps, atSeconds, signal, { tenant, isLastTry }),
    );
  }

  async #refresh(
    historySteps: number,
    nowSeconds: number,
    signal: AbortSignal | undefined,
    caller: Omit<Caller, 'signal'>,
  ): Promise<void> {
    const end = this.#finalEnd(nowSeconds);
    const goal = { from: Math.max(0, end - historySteps), end };
    while (!this.#isReached(goal, nowSeconds)) {
      if (!this.#load?.work.isRunning) {
        const work = new SharedWork((shared) => this.#reach(goal, nowSeconds, { ...caller, signal: shared }));
        this.#load = { goal, work };
      }
      const load = this.#load;
      await load.work.join(signal);
      if (load.goal.end >= goal.end && load.goal.from <= goal.from) return;
    }
  }

  /** The value now. Callers within one second share one query. Errors as for `refresh`. */
  observe(nowSeconds: number, signal?: AbortSignal, tenant?: string): Promise<Observation> {
    return this.#bySourceClock(nowSeconds, (atSeconds, isLastTry) =>
      this.#observe(atSeconds, signal, { tenant, isLastTry }),
    );
  }

  #observe(
    nowSeconds: number,
    signal: AbortSignal | undefined,
    { tenant, isLastTry }: Omit<Caller, 'signal'>,
  ): Promise<Observation> {
    const last = this.#observation;
    const isFresh = last !== undefined && Math.abs(nowSeconds - last.atSeconds) < 1 && !last.work.hasFailed;
    if (isFresh) return last.work.join(signal);
    const { query } = this.#options;
    const work = new SharedWork((shared) =>
      this.#timely(isLastTry, () => this.#source.instant(query, nowSeconds, shared, tenant)),
    );
    this.#observation = { atSeconds: nowSeconds, work };
    return work.join(signal);
  }

  /** What the source's clock says at a moment of this machine's. */
  sourceSeconds(nowSeconds: number): number {
    return nowSeconds + this.#source.clockOffsetSeconds;
  }

  /** When the first step after those final at `nowSeconds` becomes final; both by the source's clock. */
  nextStepFinalSeconds(nowSeconds: number): number {
    const { stepSeconds, settleSeconds } = this.#options;
    return (this.#finalEnd(nowSeconds) + 1) * stepSeconds + settleSeconds;
  }

  /**
   * Up to `historySteps` steps until the last final one, gaps filled where they are short. A copy.
   *
   * @param fromSeconds what is needed begins here: a little more is copied, so that gaps are filled as in the whole
   * @param heartbeat window of the source's heartbeat on the same grid: absence then reads as 0
   */
  series(historySteps: number, fromSeconds = 0, heartbeat?: HistoryWindow): Series {
    const { end } = this.#buffer;
    const { stepSeconds } = this.#options;
    const first = Math.max(this.#buffer.first, end - historySteps);
    const needed = Math.floor(fromSeconds / stepSeconds) - longestBridgedGap(stepSeconds) - 1;
    const from = Math.min(end, Math.max(first, needed));
    if (heartbeat === undefined) return fillGaps(this.#buffer.read(from, end));
    if (heartbeat.#hasBeat()) {
      const wasRecording = (step: number) => heartbeat.#isBeating(from + step);
      return fillGaps(readAbsence(this.#buffer.read(from, end), wasRecording, this.#isAnyKnown(first, from)));
    }
    const whole = readAbsenceBy(this.#buffer.read(first, end), undefined);
    const part = { values: whole.values.subarray(from - first), peaks: whole.peaks.subarray(from - first) };
    return fillGaps({ ...whole, ...part, startSeconds: from * stepSeconds });
  }

  /** Whether the query had no series for longer than a restart takes, after it had one. */
  hasAbsence(historySteps: number): boolean {
    const { first, end } = this.#buffer;
    return hasAbsence(this.#buffer.read(Math.max(first, end - historySteps), end));
  }

  #isAnyKnown(from: number, end: number): boolean {
    for (let step = from; step < end; step++) if (this.#buffer.isKnown(step)) return true;
    return false;
  }

  #isBeating(step: number): boolean | undefined {
    const value = this.#buffer.at(step);
    return value === undefined ? undefined : value > 0;
  }

  #hasBeat(): boolean {
    const { first, end } = this.#buffer;
    for (let step = end - 1; step >= first; step--) if (this.#isBeating(step)) return true;
    return false;
  }

  /** Ends what is under way. */
  close(): void {
    const reason = new DOMException('the history window is no longer in use', 'AbortError');
    this.#load?.work.abort(reason);
    this.#observation?.work.abort(reason);
  }

  /** Does what depends on the time, again when the clocks turn out to differ by another amount than was thought. */
  async #bySourceClock<Result>(
    nowSeconds: number,
    run: (atSeconds: number, isLastTry: boolean) => Promise<Result>,
  ): Promise<Result> {
    for (let tries = 1; ; tries++)
      try {
        return await run(this.sourceSeconds(nowSeconds), tries >= maxClockTries);
      } catch (error) {
        if (!(error instanceof ClockMoved)) throw error;
      }
  }

  /** Refuses an answer to a question that had the time wrong. */
  async #timely<Answer>(isLastTry: boolean, ask: () => Promise<Answer>): Promise<Answer> {
    const before = this.#source.clockOffsetSeconds;
    const answer = await ask();
    if (!isLastTry && this.#source.clockOffsetSeconds !== before) throw new ClockMoved();
    return answer;
  }

  #finalEnd(nowSeconds: number): number {
    const { stepSeconds, settleSeconds } = this.#options;
    return Math.max(0, Math.floor((nowSeconds - settleSeconds) / stepSeconds));
  }

  /** First step held that was asked for. */
  get #heldFrom(): number {
    return Math.max(this.#askedFrom, this.#buffer.first);
  }

  /** Whether steps before those held are wanted, and there is room: a clock that went back makes none. */
  #lacksOlder(goal: Goal): boolean {
    const { end, capacity } = this.#buffer;
    return Math.max(goal.from, end - capacity) < this.#heldFrom;
  }

  #isReached(goal: Goal, nowSeconds: number): boolean {
    return this.#isLoaded && !this.#lacksNewest(goal, nowSeconds) && !this.#lacksOlder(goal);
  }

  /** Whether there are new steps, or it is time to ask again for newest ones that came empty. */
  #lacksNewest({ end }: Goal, nowSeconds: number): boolean {
    if (end > this.#buffer.end) return true;
    const isDue = nowSeconds - this.#askedAtSeconds >= this.#options.settleSeconds;
    return isDue && this.#resumeAt() < this.#buffer.end;
  }

  /** The step after the last known one, but not so far back that a series that ended is asked for for ever. */
  #resumeAt(): number {
    const { end, first } = this.#buffer;
    const late = Math.max(2, Math.ceil(lateSeconds / this.#options.stepSeconds));
    const oldest = Math.max(first, end - late);
    let step = end;
    while (step > oldest && !this.#buffer.isKnown(step - 1)) step--;
    return step;
  }

  async #reach(goal: Goal, nowSeconds: number, caller: Caller): Promise<void> {
    const { stepSeconds } = this.#options;
    if (!this.#isLoaded || goal.from > this.#buffer.end) {
      this.#isLoaded = false;
      this.#buffer.write({ startSeconds: goal.end * stepSeconds, stepSeconds, values: new Float64Array(0) });
      this.#askedFrom = goal.end;
    }
    await this.#patiently(this.#newestBackoff, nowSeconds, async () => {
      if (!this.#lacksNewest(goal, nowSeconds)) return;
      for (let from = this.#resumeAt(); from < goal.end; from += this.#sliceSteps)
        this.#buffer.write(await this.#ask(from, Math.min(goal.end, from + this.#sliceSteps), caller));
      this.#askedAtSeconds = nowSeconds;
    });
    await this.#patiently(this.#olderBackoff, nowSeconds, async () => {
      while (this.#lacksOlder(goal)) {
        const end = this.#heldFrom;
        const from = Math.max(goal.from, end - this.#sliceSteps);
        this.#buffer.write(await this.#ask(from, end, caller));
        this.#askedFrom = from;
        if (!this.#isLoaded) this.#askedAtSeconds = nowSeconds;
        this.#isLoaded = true;
      }
    });
    this.#sliceSteps = this.#source.sliceSteps(stepSeconds);
  }

  /** Waits longer after each failure that a source would only suffer from again, and asks for less after a slow one. */
  async #patiently(backoff: Backoff, nowSeconds: number, load: () => Promise<void>): Promise<void> {
    backoff.check(nowSeconds);
    try {
      await load();
      backoff.succeeded();
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      const isSlow = error.cause instanceof RequestFailure && error.cause.isSlow;
      if (!isSlow && error.kind !== 'rejected') throw error;
      const { stepSeconds } = this.#options;
      const sliceSteps = Math.min(this.#sliceSteps, this.#buffer.capacity);
      const asked = formatDuration(sliceSteps * stepSeconds);
      if (isSlow && sliceSteps > fewestSteps) {
        this.#sliceSteps = Math.max(fewestSteps, Math.ceil(sliceSteps / 2));
        // The next try asks for less, so it need not wait longer than this one did.
        backoff.succeeded();
      }
      const told = isSlow
        ? new ScalerError(
            error.kind,
            `${error.message} (asked for up to ${asked} of history at once; the next try asks for up to ${formatDuration(Math.min(this.#sliceSteps, sliceSteps) * stepSeconds)})`,
            { cause: error.cause },
          )
        : error;
      backoff.failed(nowSeconds, told);
      throw told;
    }
  }

  async #ask(from: number, end: number, { signal, tenant, isLastTry }: Caller): Promise<Series> {
    signal.throwIfAborted();
    const { query, stepSeconds } = this.#options;
    const series = await this.#timely(isLastTry, () =>
      this.#source.range(query, from * stepSeconds, end * stepSeconds, stepSeconds, signal, tenant),
    );
    signal.throwIfAborted();
    return series;
  }
}
