import type { Calendar } from '../calendar/types.js';
import { type FittedModel, type Series, update } from '../forecast/index.js';
import { seriesEndSeconds } from '../forecast/series.js';
import type { InUse } from './choice.js';
import { type ComingEvents, comingEvents } from './events.js';
import { currentStepSeconds, type Outlook, outlookOf, stepsBehind } from './outlook.js';
import { tickSeconds } from './schedule.js';

/** A model, the end of the window that it was fitted on, and what it was fitted for. */
interface Fit {
  readonly model: FittedModel;
  readonly boundarySeconds: number;
  readonly inUse: InUse;
}

/**
 * The model of one trigger: fitted on the window that ends at a boundary, and updated by each step until the next fit
 * comes into use. It depends on the history and the time alone, not on when the process started, so that replicas and
 * replays agree.
 */
export class RefittingModel {
  #current: Fit | undefined;
  #next: Fit | undefined;
  /** The newest outlook, and how many steps the model was behind then. */
  #outlook: { readonly behind: number; readonly outlook: Outlook } | undefined;

  /**
   * @param own what is in use until a fit was made for something else, with the same step
   * @param refitSeconds distance between two fits, rounded to steps, one at least
   * @param offsetSeconds this trigger's shift of the boundaries, rounded down to steps, so that triggers do not refit
   *   all at once
   * @param calendar of the events in the outlook
   */
  constructor(
    readonly own: InUse,
    readonly refitSeconds: number,
    readonly offsetSeconds: number,
    readonly calendar?: Calendar | undefined,
  ) {}

  /** Until when every model held has seen the history; undefined before the first fit. */
  get seenUntilSeconds(): number | undefined {
    if (!this.#current) return undefined;
    const { endSeconds } = this.#current.model;
    return Math.min(endSeconds, this.#next?.model.endSeconds ?? endSeconds);
  }

  /** The model in use; undefined before the first fit. Not to be kept: the next step changes it. */
  get model(): FittedModel | undefined {
    return this.#current?.model;
  }

  /** What the model in use was fitted for; before the first fit, the trigger's own. */
  get inUse(): InUse {
    return this.#current?.inUse ?? this.own;
  }

  /** The outlook of the model in use; undefined before the first fit. */
  outlook(nowSeconds: number): Outlook | undefined {
    if (!this.#current) return undefined;
    const { model, inUse } = this.#current;
    const behind = stepsBehind(model, nowSeconds);
    if (this.#outlook?.behind !== behind)
      this.#outlook = { behind, outlook: outlookOf(model, inUse, nowSeconds, this.events(nowSeconds)) };
    return this.#outlook.outlook;
  }

  /** The events within the horizon, also without a model; undefined where there are none. */
  events(nowSeconds: number): ComingEvents | undefined {
    const { trigger } = this.inUse;
    const grid = this.model ?? { endSeconds: 0, stepSeconds: trigger.stepSeconds };
    return comingEvents(this.calendar, trigger, currentStepSeconds(grid, nowSeconds));
  }

  /**
   * The boundary for a fit that is due: a regular one, or the moment at which the history became long enough for the
   * next stage. Undefined while no fit is due.
   *
   * @param knownUntilSeconds end of the newest step of history
   */
  dueBoundarySeconds(nowSeconds: number, knownUntilSeconds: number): number | undefined {
    const newest = this.#next ?? this.#current;
    if (!newest) return this.latestBoundarySeconds(nowSeconds);
    const untilSeconds = Math.min(nowSeconds, knownUntilSeconds);
    const onClock = this.#boundary(untilSeconds);
    if (onClock > newest.boundarySeconds) return onClock;
    const { stepSeconds } = this.own.trigger;
    const missingSteps = Math.ceil(newest.model.nextStageInSeconds / stepSeconds);
    const stageReached = newest.boundarySeconds + missingSteps * stepSeconds;
    return missingSteps > 0 && stageReached <= untilSeconds ? stageReached : undefined;
  }

  /**
   * The boundary of the fit to use at a moment. A fit comes into use a step after its boundary, when the newest step
   * has arrived and the fit has ended, so that all replicas change over at the same moment.
   */
  latestBoundarySeconds(nowSeconds: number): number {
    return this.#boundary(nowSeconds - this.own.trigger.stepSeconds);
  }

  /** Takes over a model, which the caller must not use any more. @param inUse what it was fitted for */
  offer(boundarySeconds: number, model: FittedModel, inUse = this.own): void {
    const offered = { model, boundarySeconds, inUse };
    if (this.#current) this.#next = offered;
    else this.#current = offered;
  }

  /** Uses the newer fit from a step after its boundary on. */
  changeOver(nowSeconds: number): void {
    if (!this.#next || this.#next.boundarySeconds > nowSeconds - this.own.trigger.stepSeconds) return;
    this.#current = this.#next;
    this.#next = undefined;
    this.#outlook = undefined;
  }

  /** Changes over when it is time, and updates the model to the end of the history. */
  advance(nowSeconds: number, history: Series): void {
    this.changeOver(nowSeconds);
    if (!this.#current || this.#current.model.endSeconds >= seriesEndSeconds(history)) return;
    const { model } = this.#current;
    // Steps before the history's beginning are unknown.
    const seen = Math.round((model.endSeconds - history.startSeconds) / history.stepSeconds);
    const { values, peaks = values } = history;
    for (let i = seen; i < values.length; i++) update(model, values[i] ?? Number.NaN, peaks[i] ?? Number.NaN);
    this.#outlook = undefined;
  }

  /** The newest boundary at or before a moment, on the step grid, so that all replicas refit at the same moments. */
  #boundary(atSeconds: number): number {
    const { stepSeconds } = this.own.trigger;
    const period = Math.max(1, Math.round(this.refitSeconds / stepSeconds)) * stepSeconds;
    const offset = (Math.floor(this.offsetSeconds / stepSeconds) * stepSeconds) % period;
    return tickSeconds(atSeconds, period, offset);
  }
}
