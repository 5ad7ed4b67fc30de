import { cutSeries, seriesEndSeconds } from '../forecast/series.js';
import type { Observation, TriggerHistory } from '../history/types.js';
import { choiceBoundarySeconds } from '../policy/choose.js';
import { HOURS_MINUTES, highestBefore } from '../policy/past.js';
import type { ScalerError } from '../shared/errors.js';
import { withPodStartup } from '../trigger/pod-startup.js';
import type { Trigger } from '../trigger/trigger.js';
import { AcceptedOverload } from './accepted-overload.js';
import { AnswerRecord } from './answer-record.js';
import { type InUse, inUse } from './choice.js';
import { fitOptions } from './fit-options.js';
import { historyError, planAnswer } from './plan-answer.js';
import { PodStartupMeasurement } from './pod-startup.js';
import type { FitTurn, PlannerParts } from './ports.js';
import { RefittingModel } from './refitting-model.js';
import { spread, tickSeconds } from './schedule.js';
import type { FollowedPolicy } from './signal.js';
import { StateChanges } from './state-changes.js';
import type { Answer, Evidence } from './types.js';

const DAY_SECONDS = 86_400;

/**
 * A trigger that is asked about. Until it is stopped it has a share in a history window, observes the load, keeps its
 * model up to date, and renews its answer at each tick, whatever Prometheus does.
 */
export class TrackedTrigger {
  /** In [0, 1): where in each period it ticks and refits. Triggers with one query share it, and so observations. */
  readonly #phase: number;
  readonly #history: TriggerHistory;
  readonly #listeners = new Set<(answer: Answer) => void>();
  readonly #podStartup: PodStartupMeasurement | undefined;
  readonly #overload: AcceptedOverload | undefined;
  readonly #model: RefittingModel;
  readonly #record: AnswerRecord;
  readonly #changes = new StateChanges();
  readonly #stopping = new AbortController();
  readonly #turn: FitTurn;
  #observation: Observation | undefined;
  /** Why the newest observation, and the newest read of the history, failed. */
  #observeFailure: ScalerError | undefined;
  #loadFailure: ScalerError | undefined;
  /** Whether the newest fit lacked a part of the history, and is to be repeated when the history is whole. */
  #isFittedOnPart = false;
  /** `lateArrivals` of the history when its steps were last read. */
  #lateArrivals = 0;
  /** When the history source has the next step to give. */
  #nextStepFinalSeconds = Number.NEGATIVE_INFINITY;
  readonly #running: Promise<void>;
  #observing: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  #fitting: Promise<void> | undefined;
  #announceSettled!: () => void;

  /** Undefined until the first observation or failure. */
  answer: Answer | undefined;
  /** Sweeps for idle triggers since the last call about this one. */
  idleLooks = 0;
  /** The bounded wait for `settled`, which all first calls share. */
  readonly firstWait: Promise<void>;
  /** Resolves when there is a model, or a reason why there is none. */
  readonly settled = new Promise<void>((resolve) => {
    this.#announceSettled = resolve;
  });

  /** @throws ScalerError as `HistoryProvider.window` does. */
  constructor(
    readonly trigger: Trigger,
    readonly parts: PlannerParts,
  ) {
    const { refitSeconds } = parts.settings;
    this.#phase = spread(trigger.query);
    this.#turn = { namespace: trigger.namespace, signal: this.#stopping.signal };
    // The window of a fit ends up to a refit and two steps before now, and that of a choice up to a day. Without this
    // lead a replica that has just started would learn from less than the others.
    const leadSeconds = trigger.targetOverload === undefined ? refitSeconds : refitSeconds + DAY_SECONDS;
    const historySeconds = trigger.historySeconds + leadSeconds + 2 * trigger.stepSeconds;
    this.#history = parts.history.window({ ...trigger, historySeconds, lateness: this.#phase });
    if (trigger.measuresPodStartup) this.#podStartup = new PodStartupMeasurement(trigger, parts.history);
    this.#record = new AnswerRecord(trigger);
    const calendar = parts.calendars?.of(trigger);
    this.#model = new RefittingModel({ trigger }, refitSeconds, this.#phase * refitSeconds, calendar);
    if (trigger.targetOverload !== undefined)
      this.#overload = new AcceptedOverload(trigger, parts, this.#history, this.#model, this.#phase);
    this.#running = this.#run();
    const { clock, settings } = parts;
    const patience = clock.sleep(settings.firstAnswerWaitSeconds, this.#stopping.signal);
    this.firstWait = Promise.race([this.settled, patience.catch(() => undefined)]);
  }

  /** What the answer was computed from. */
  evidence(): Evidence {
    const history = this.#history.series();
    const end = seriesEndSeconds(history);
    return {
      inUse: this.#model.inUse.trigger,
      // The window is a little longer.
      history: cutSeries(history, end - this.trigger.historySeconds, end),
      bootstrapUntilSeconds: this.#history.bootstrapUntilSeconds,
      model: this.#model.model,
      past: this.#record.past(),
      changes: this.#changes.list(),
    };
  }

  get hasSubscribers(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls back at each renewed answer until the returned function is called. */
  subscribe(listener: (answer: Answer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Gives up the history, and cancels what no other trigger waits for. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#listeners.clear();
    // By then the trigger after an edit has its share, so that what was fetched stays.
    await this.#running;
    this.#history.release();
    this.#podStartup?.release();
    this.#overload?.release();
    await this.#fitting;
  }

  async #run(): Promise<void> {
    const { clock, settings } = this.parts;
    const signal = this.#stopping.signal;
    const phase = this.#phase * settings.refreshSeconds;
    while (!signal.aborted) {
      const tick = tickSeconds(clock.nowSeconds(), settings.refreshSeconds, phase);
      if (this.#observing || this.#loading) this.#renew();
      this.#observing ??= this.#observe(tick);
      // First the load now: so many triggers that start together all have an answer before the first history is read.
      if (this.#observation) this.#loading ??= this.#load(tick);
      await clock
        .sleep(Math.max(0, tick + settings.refreshSeconds - clock.nowSeconds()), signal)
        .catch(() => undefined);
    }
  }

  async #observe(tick: number): Promise<void> {
    const signal = this.#stopping.signal;
    const isFirst = this.#observation === undefined;
    try {
      this.#observation = await this.#history.observe(tick);
      this.#observeFailure = undefined;
    } catch (error) {
      this.#observeFailure = historyError(error, this.trigger);
    }
    this.#observing = undefined;
    if (signal.aborted) return;
    if (this.#observeFailure) this.#announceSettled();
    else if (isFirst) this.#loading = this.#load(tick);
    this.#renew();
  }

  async #load(tick: number): Promise<void> {
    const signal = this.#stopping.signal;
    const failedBefore = this.#loadFailure !== undefined;
    let hasLearned = false;
    try {
      await this.#history.refresh(tick);
      this.#loadFailure = undefined;
    } catch (error) {
      this.#loadFailure = historyError(error, this.trigger);
    }
    if (signal.aborted) return;
    try {
      // After a failure too: much may have come before it.
      hasLearned = this.#learnNewSteps(this.#history.sourceSeconds(tick));
    } catch (error) {
      this.#loadFailure ??= historyError(error, this.trigger);
    }
    this.#loading = undefined;
    // A fit on what came before the failure will say it.
    if (this.#loadFailure && !this.#fitting) this.#announceSettled();
    // An observation in progress will show whether the source answers at all.
    if ((hasLearned || failedBefore || this.#loadFailure) && !this.#observing) this.#renew();
  }

  #sourceNowSeconds(): number {
    return this.#history.sourceSeconds(this.parts.clock.nowSeconds());
  }

  /** Updates the model with new steps, and fits it when that is due. @returns whether it was time for new steps */
  #learnNewSteps(nowSeconds: number): boolean {
    const isWhole = this.#loadFailure === undefined;
    const { lateArrivals = 0 } = this.#history;
    if (lateArrivals !== this.#lateArrivals) this.#isFittedOnPart = true;
    else if (isWhole && nowSeconds < this.#nextStepFinalSeconds) return false;
    this.#lateArrivals = lateArrivals;
    if (isWhole) this.#nextStepFinalSeconds = this.#history.nextStepFinalSeconds(nowSeconds);
    const seenUntil = this.#model.seenUntilSeconds;
    const history = this.#history.series(seenUntil);
    this.#model.advance(nowSeconds, history);
    if (this.#fitting) return true;
    const boundary =
      isWhole && this.#isFittedOnPart
        ? this.#model.latestBoundarySeconds(nowSeconds)
        : this.#model.dueBoundarySeconds(nowSeconds, seriesEndSeconds(history));
    if (boundary === undefined) return true;
    const hasPast = seenUntil !== undefined || (history.startSeconds < boundary && history.values.length > 0);
    if (hasPast) this.#fitting = this.#fit(boundary);
    else this.#announceSettled();
    return true;
  }

  async #fit(boundarySeconds: number): Promise<void> {
    // A choice takes as long as several fits: a first fit before it gives a forecast sooner.
    if (this.#overload && this.#model.model === undefined) {
      await this.#fitFor(boundarySeconds, this.#model.own);
      if (this.#stopping.signal.aborted) return;
      this.#renew();
    }
    await this.#fitFor(boundarySeconds);
    if (this.#stopping.signal.aborted) return;
    this.#renew();
    this.#announceSettled();
    await this.#overload?.look(this.#record.past(), this.#model.inUse.trigger);
    this.#fitting = undefined;
    if (this.#stopping.signal.aborted) return;
    // After a start, for replicas that already hold the fit that comes into use with the next step.
    const known = this.#history.series(this.#model.seenUntilSeconds);
    const next = this.#model.dueBoundarySeconds(this.#sourceNowSeconds(), seriesEndSeconds(known));
    if (next !== undefined && next > boundarySeconds) this.#fitting = this.#fit(next);
  }

  /** @param given what the model is fitted for. @default what is measured and chosen by then */
  async #fitFor(boundarySeconds: number, given?: InUse): Promise<void> {
    const { fitter, observer } = this.parts;
    const isOnPart = this.#loadFailure !== undefined;
    const { lateArrivals } = this.#history;
    let startedAt = performance.now();
    const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
    try {
      const used = given ?? (await this.#inUseAt(boundarySeconds));
      startedAt = performance.now();
      const fromSeconds = boundarySeconds - this.trigger.historySeconds;
      const steps = () => cutSeries(this.#history.series(), fromSeconds, boundarySeconds);
      const options = fitOptions(used.trigger, boundarySeconds, this.#model);
      const model = await fitter.fit(steps, options, this.#turn);
      this.#model.offer(boundarySeconds, model, used);
      this.#isFittedOnPart = isOnPart || lateArrivals !== this.#history.lateArrivals;
      this.#model.advance(this.#sourceNowSeconds(), this.#history.series(this.#model.seenUntilSeconds));
      observer.fitFinished(this.trigger, elapsedSeconds());
    } catch (error) {
      if (!this.#stopping.signal.aborted) observer.fitFailed(this.trigger, elapsedSeconds(), error);
    }
  }

  /** What a model is fitted for: the trigger with what was measured and chosen by a boundary, as in all replicas. */
  async #inUseAt(boundarySeconds: number): Promise<InUse> {
    await this.#podStartup?.refresh(boundarySeconds);
    const seconds = this.#podStartup?.seconds;
    const trigger = seconds === undefined ? this.trigger : withPodStartup(this.trigger, seconds);
    // Part of a history could lead to another choice.
    if (!this.#loadFailure)
      await this.#overload?.choose(trigger, choiceBoundarySeconds(boundarySeconds), this.#turn);
    return inUse(trigger, this.#overload?.choice);
  }

  #followed(nowSeconds: number): FollowedPolicy | undefined {
    const { trigger, choice } = this.#model.inUse;
    if (choice?.chosen === undefined) return undefined;
    const lately = this.#history.series(nowSeconds - 60 * HOURS_MINUTES);
    const before = highestBefore(lately, this.#observation?.value ?? Number.NaN, nowSeconds);
    return { chosen: choice.chosen, capacity: trigger.capacity, ...before };
  }

  #renew(): void {
    const nowSeconds = this.#sourceNowSeconds();
    // Here and not with the next step, so that all replicas change over at the same moment.
    this.#model.changeOver(nowSeconds);
    const { refreshSeconds, maxStalenessSeconds } = this.parts.settings;
    const before = this.answer;
    const { trigger, choice } = this.#model.inUse;
    const after = planAnswer({
      trigger,
      overload: this.#overload?.kept(choice),
      followed: this.#followed(nowSeconds),
      podStartupProblem: this.#podStartup?.problem,
      nowSeconds,
      maxStalenessSeconds,
      freshSeconds: 2 * refreshSeconds,
      observation: this.#observation,
      observeFailure: this.#observeFailure,
      historyFailure: this.#loadFailure,
      outlook: this.#model.outlook(nowSeconds),
      events: this.#model.events(nowSeconds),
    });
    if (!after) return;
    this.answer = after;
    this.#record.followHorizon(trigger.horizonSeconds);
    this.#record.note(nowSeconds, after);
    this.#changes.note(nowSeconds, after);
    this.parts.observer.answerRenewed(this.trigger, before, after);
    for (const listener of this.#listeners) listener(after);
  }
}
