import { ScalerError } from '../errors.js';
import type { Series } from '../forecast/types.js';
import { fillGaps, longestBridgedGap } from './fill-gaps.js';
import { SharedWork } from './shared-work.js';
import { StepBuffer } from './step-buffer.js';
import type { HistorySource, Observation, SourcedSeries } from './types.js';

/** Newest steps that came empty are asked for again as long as they are younger than this (and at least two steps). */
const lateSeconds = 15 * 60;

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
 * The past of one query on one step grid, shared by every trigger that asks the same. It is loaded whole once and
 * then only for new steps. Without a clock or timers of its own: whoever owns it says what time it is on this machine.
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
  /** Label set of the series held, and the last step in which it has a value. */
  #labels: { readonly text: string; readonly seenAt: number } | undefined;
  #load: { readonly goal: Goal; readonly work: SharedWork<void> } | undefined;
  #observation: { readonly atSeconds: number; readonly work: SharedWork<Observation> } | undefined;

  constructor(source: HistorySource, options: WindowOptions, historySteps: number) {
    this.#source = source;
    this.#options = options;
    this.#buffer = new StepBuffer(options.stepSeconds, historySteps);
  }

  /** Steps that the window has room for. */
  get capacity(): number {
    return this.#buffer.capacity;
  }

  /** Makes room for more or fewer steps. What a longer window lacks is fetched by the refresh that wants it. */
  resize(historySteps: number): void {
    if (historySteps !== this.#buffer.capacity) this.#buffer.resize(historySteps);
  }

  /**
   * Asks the source for what is missing of the last `historySteps` final steps. Callers at the same time share one
   * fetch, which is made on behalf of the first one's tenant.
   * @throws ScalerError of kind `unavailable` or `rejected`; the window then keeps what it had.
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
   */
  series(historySteps: number, fromSeconds = 0): Series {
    const { first, end } = this.#buffer;
    const { stepSeconds } = this.#options;
    const needed = Math.floor(fromSeconds / stepSeconds) - longestBridgedGap(stepSeconds) - 1;
    return fillGaps(this.#buffer.read(Math.min(end, Math.max(first, end - historySteps, needed)), end));
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
    if (!this.#isLoaded || goal.end > this.#buffer.end || this.#lacksOlder(goal)) return false;
    const lacksNewest = this.#resumeAt() < this.#buffer.end;
    return !lacksNewest || nowSeconds - this.#askedAtSeconds < this.#options.settleSeconds;
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
    const isContinued = this.#isLoaded && goal.from <= this.#buffer.end;
    if (isContinued) {
      const resumeAt = this.#resumeAt();
      if (resumeAt < goal.end) this.#accept(await this.#ask(resumeAt, goal.end, caller), goal);
      if (this.#lacksOlder(goal)) {
        this.#accept(await this.#ask(goal.from, this.#heldFrom, caller), goal);
        this.#askedFrom = goal.from;
      }
    } else {
      this.#accept(await this.#ask(goal.from, goal.end, caller), goal);
      this.#askedFrom = goal.from;
      this.#isLoaded = true;
    }
    this.#askedAtSeconds = nowSeconds;
  }

  async #ask(from: number, end: number, { signal, tenant, isLastTry }: Caller): Promise<SourcedSeries> {
    const { query, stepSeconds } = this.#options;
    const series = await this.#timely(isLastTry, () =>
      this.#source.range(query, from * stepSeconds, end * stepSeconds, stepSeconds, signal, tenant),
    );
    signal.throwIfAborted();
    return series;
  }

  /** Takes steps in, unless they belong to another series than those held: asked for at once they would be refused. */
  #accept(series: SourcedSeries, goal: Goal): void {
    const held = this.#labels;
    if (held !== undefined && series.labels !== undefined) {
      const isRenamed = series.labels !== held.text && held.seenAt >= goal.from;
      if (isRenamed)
        throw new ScalerError(
          'rejected',
          `the query gives several series over time, ${held.text} and ${series.labels}, but one is needed: put sum(...) or max(...) around it, so that the labels stay the same`,
        );
    }
    this.#buffer.write(series);
    if (series.labels === undefined) return;
    const lastKnown = series.values.findLastIndex((value) => !Number.isNaN(value));
    const seenAt = Math.round(series.startSeconds / series.stepSeconds) + lastKnown;
    this.#labels = { text: series.labels, seenAt: Math.max(seenAt, held?.seenAt ?? 0) };
  }
}
