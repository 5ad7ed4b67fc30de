import { allClockSteps, type Clock, DAY_SECONDS } from '../seasons/local-time.js';
import type { SpecialSpan } from '../types.js';

/** 1970-01-01 was a Thursday, four days after a Sunday. */
const WEEKDAY_OF_EPOCH = 4;
/** Offsets and days are looked up this far beyond the last step: a clock moves by two hours at most. */
const MARGIN_SECONDS = 2 * 3600;

/** Steps from the first to before the second. */
export interface StepSpan {
  readonly from: number;
  readonly to: number;
}

/** Steps on a wall clock: which local day a step belongs to, and which step showed the same time some days before. */
export class Timeline {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly #clock: Int32Array;
  /** Steps of a day. */
  readonly daySteps: number;

  /** @param count steps that will be asked about */
  constructor(clock: Clock, count: number) {
    this.startSeconds = clock.startSeconds;
    this.stepSeconds = clock.stepSeconds;
    const margin = Math.ceil(MARGIN_SECONDS / clock.stepSeconds);
    this.#clock = allClockSteps(clock, Math.max(1, count) + margin);
    this.daySteps = DAY_SECONDS / clock.stepSeconds;
  }

  /** Steps that the wall clock is ahead of UTC; before the first step and after the last as there. */
  #clockAt(step: number): number {
    return this.#clock[Math.min(this.#clock.length - 1, Math.max(0, step))]!;
  }

  /** The step as the wall clock counts. */
  local(step: number): number {
    return step + this.#clockAt(step);
  }

  /** The step that was `localSteps` of the wall clock before. */
  before(step: number, localSteps: number): number {
    const near = Math.round(step - localSteps);
    return near + this.#clockAt(step) - this.#clockAt(near);
  }

  /** Days since 1970-01-01 on the wall clock. */
  day(step: number): number {
    return Math.floor((this.startSeconds + this.local(step) * this.stepSeconds) / DAY_SECONDS);
  }

  /** 0 (Sunday) to 6 (Saturday). */
  weekday(day: number): number {
    return (((day + WEEKDAY_OF_EPOCH) % 7) + 7) % 7;
  }

  /** First step of a local day. */
  firstStepOf(day: number): number {
    const local = Math.ceil((day * DAY_SECONDS - this.startSeconds) / this.stepSeconds);
    const near = local - this.#clockAt(local);
    return local - this.#clockAt(near);
  }

  /** Epoch seconds at which a step begins. */
  seconds(step: number): number {
    return this.startSeconds + step * this.stepSeconds;
  }

  /** Steps that a span overlaps. */
  stepsOf({ startSeconds, endSeconds }: SpecialSpan): StepSpan {
    return {
      from: Math.floor((startSeconds - this.startSeconds) / this.stepSeconds),
      to: Math.ceil((endSeconds - this.startSeconds) / this.stepSeconds),
    };
  }
}

/** Whether a span overlaps the time from `fromSeconds` to `toSeconds`. */
export function overlaps(
  { startSeconds, endSeconds }: Pick<SpecialSpan, 'startSeconds' | 'endSeconds'>,
  fromSeconds: number,
  toSeconds: number,
): boolean {
  return startSeconds < toSeconds && endSeconds > fromSeconds;
}
