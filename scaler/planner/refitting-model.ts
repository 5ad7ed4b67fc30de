import { type FittedModel, type Series, update } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';
import { type Outlook, outlookOf, stepsBehind } from './outlook.js';
import { type PackedModel, packModel, unpackModel } from './packed-model.js';
import { refitBoundarySeconds } from './schedule.js';

/** When a trigger's model is fitted again. */
export interface RefitSchedule {
  readonly stepSeconds: number;
  /** Distance between two fits. */
  readonly refitSeconds: number;
  /** This trigger's shift of the boundaries. */
  readonly offsetSeconds: number;
  /**
   * A model fitted on the past up to a boundary comes into use this long after it: time for the newest step to arrive
   * and for the fit to end, so that every replica changes over at the same moment.
   */
  readonly graceSeconds: number;
}

/** A model fitted on the window that ends at a boundary. */
interface RestingModel extends PackedModel {
  readonly boundarySeconds: number;
}

/**
 * The model of one trigger through time: fitted on the window that ends at a refit boundary, carried on by step
 * updates until the next fit comes into use. What it holds at a moment depends on the history and the moment alone,
 * not on when the process started: replicas and replays agree.
 */
export class RefittingModel {
  #current: RestingModel | undefined;
  #next: RestingModel | undefined;
  /** The newest outlook, and how many steps the model was behind then. */
  #outlook: { readonly behind: number; readonly outlook: Outlook } | undefined;

  /** @param trigger whose horizon and quantile the outlook is for */
  constructor(
    readonly schedule: RefitSchedule,
    readonly trigger: Pick<Trigger, 'horizonSeconds' | 'stepSeconds' | 'quantile'>,
  ) {}

  /** Epoch seconds up to which every model held has seen the history; undefined before the first fit. */
  get seenUntilSeconds(): number | undefined {
    if (!this.#current) return undefined;
    return Math.min(this.#current.endSeconds, this.#next?.endSeconds ?? this.#current.endSeconds);
  }

  /** The model in use, unpacked: not to be changed. Undefined before the first fit. */
  unpacked(): FittedModel | undefined {
    return this.#current && unpackModel(this.#current);
  }

  /** What the model in use says of the coming horizon; undefined before the first fit. */
  outlook(nowSeconds: number): Outlook | undefined {
    if (!this.#current) return undefined;
    if (this.#outlook?.behind !== stepsBehind(this.#current, nowSeconds))
      this.#look(unpackModel(this.#current), nowSeconds);
    return this.#outlook?.outlook;
  }

  /**
   * The boundary up to which a model should be fitted now: one of the refit clock, or the moment at which the history
   * became long enough for the next stage of the cold start. Undefined while no fit is due.
   *
   * @param knownUntilSeconds end of the newest step of history that is held.
   */
  dueBoundarySeconds(nowSeconds: number, knownUntilSeconds: number): number | undefined {
    const newest = this.#next ?? this.#current;
    if (!newest) return this.latestBoundarySeconds(nowSeconds);
    const untilSeconds = Math.min(nowSeconds, knownUntilSeconds);
    const onClock = this.#boundary(untilSeconds);
    if (onClock > newest.boundarySeconds) return onClock;
    const stageReached = this.#stageReachedSeconds(newest);
    return stageReached !== undefined && stageReached <= untilSeconds ? stageReached : undefined;
  }

  /** The boundary of the fit that is to be in use at a moment. */
  latestBoundarySeconds(nowSeconds: number): number {
    return this.#boundary(nowSeconds - this.schedule.graceSeconds);
  }

  /** Takes over a model that was fitted on the window ending at `boundarySeconds`. */
  offer(boundarySeconds: number, packed: PackedModel): void {
    const offered = { ...packed, boundarySeconds };
    if (this.#current) this.#next = offered;
    else this.#current = offered;
  }

  /** Changes over to the newer fit when its time has come, and carries the model on to the end of the history. */
  advance(nowSeconds: number, history: Series): void {
    if (this.#next && this.#next.boundarySeconds <= nowSeconds - this.schedule.graceSeconds) {
      this.#current = this.#next;
      this.#next = undefined;
      this.#outlook = undefined;
    }
    if (!this.#current || this.#current.endSeconds >= seriesEndSeconds(history)) return;
    const model = caughtUp(unpackModel(this.#current), history);
    this.#current = { ...packModel(model), boundarySeconds: this.#current.boundarySeconds };
    // While it is unpacked: the next answer needs it.
    this.#look(model, nowSeconds);
  }

  #look(model: FittedModel, nowSeconds: number): void {
    const behind = stepsBehind(model, nowSeconds);
    this.#outlook = { behind, outlook: outlookOf(model, this.trigger, nowSeconds) };
  }

  /** When the history of a fit will be long enough for the next stage; undefined on the last one. */
  #stageReachedSeconds({ boundarySeconds, nextStageInSeconds }: RestingModel): number | undefined {
    const { stepSeconds } = this.schedule;
    const missingSteps = Math.ceil(nextStageInSeconds / stepSeconds);
    return missingSteps > 0 ? boundarySeconds + missingSteps * stepSeconds : undefined;
  }

  #boundary(atSeconds: number): number {
    const { stepSeconds, refitSeconds, offsetSeconds } = this.schedule;
    return refitBoundarySeconds(atSeconds, stepSeconds, refitSeconds, offsetSeconds);
  }
}

/** The model after the steps that it has not seen; steps before the history's beginning are unknown. Changes it. */
function caughtUp(model: FittedModel, history: Series): FittedModel {
  const seen = Math.round((model.endSeconds - history.startSeconds) / history.stepSeconds);
  const peaks = history.peaks ?? history.values;
  for (let i = seen; i < history.values.length; i++)
    update(model, history.values[i] ?? Number.NaN, peaks[i] ?? Number.NaN);
  return model;
}

/** Epoch seconds at which the newest step of a series ends. */
export function seriesEndSeconds({ startSeconds, stepSeconds, values }: Series): number {
  return startSeconds + values.length * stepSeconds;
}

/**
 * The part of a history in `[fromSeconds, toSeconds)`, copied. Shorter where the history is.
 */
export function cutSeries(history: Series, fromSeconds: number, toSeconds: number): Series {
  const { startSeconds, stepSeconds, values, peaks } = history;
  const first = clampIndex((fromSeconds - startSeconds) / stepSeconds, values.length);
  const last = Math.max(first, clampIndex((toSeconds - startSeconds) / stepSeconds, values.length));
  return {
    startSeconds: startSeconds + first * stepSeconds,
    stepSeconds,
    values: values.slice(first, last),
    peaks: peaks?.slice(first, last),
  };
}

function clampIndex(index: number, length: number): number {
  return Math.min(length, Math.max(0, Math.round(index)));
}
