/**
 * A regular time series. Step `i` covers `[startSeconds + i * stepSeconds, startSeconds + (i + 1) * stepSeconds)`.
 */
export interface Series {
  /** Epoch seconds at which the first step begins. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** Mean of each step; NaN where unknown (a long gap). */
  readonly values: Float64Array;
  /** Maximum inside each step where the source is finer than the step; same length, NaN where unknown. */
  readonly peaks?: Float64Array;
}

/** How far up the ladder of cold start a model has come. */
export type Stage = 'observed' | 'trend' | 'daily' | 'weekly';

/** What the caller wants of a model. */
export interface FitOptions {
  /** Steps ahead at which the forecast is used; errors and smoothing parameters are measured there. */
  readonly horizonSteps: number;
  /** Season lengths in seconds, or `auto` to find them in the data. */
  readonly seasonality: 'auto' | readonly number[];
  /** IANA zone whose wall clock the seasons follow. */
  readonly timezone: string;
}
