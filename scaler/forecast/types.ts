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

/** The stage that a model has reached: how much history it has. */
export type Stage = 'observed' | 'trend' | 'daily' | 'weekly';

/** A span of time that is unlike other days: a day off, a sale, an incident. Plain data; only the caller knows what it is. */
export interface SpecialSpan {
  /** Spans of one name recur. */
  readonly name: string;
  readonly startSeconds: number;
  /** The first second after it. */
  readonly endSeconds: number;
  /** Whether season and errors are learned from its steps; otherwise they are excluded. */
  readonly learn: boolean;
  /**
   * What its load is like: a day off, as history shows days off to be, or the span that began at these epoch seconds. Left out
   * where it is like an ordinary day.
   */
  readonly like?: 'day off' | number | undefined;
  /** By how much the load is above what it is like. */
  readonly factor?: number | undefined;
}

/** What the caller wants from a model. */
export interface FitOptions {
  /** Steps ahead at which the forecast is used; errors and smoothing parameters are measured there. */
  readonly horizonSteps: number;
  /**
   * Steps that the horizon lasts where it may begin anywhere inside the first of `horizonSteps` and so reaches into one
   * more than it lasts: errors of the peak are then measured over spans of this length. `horizonSteps` when left out.
   */
  readonly spanSteps?: number;
  /** Season lengths in seconds, or `auto` to find them in the data. */
  readonly seasonality: 'auto' | readonly number[];
  /** IANA zone whose wall clock the seasons follow. */
  readonly timezone: string;
  /** The longest history that the caller will ever give, in seconds; without it seasons of any length may still come. */
  readonly windowSeconds?: number;
  /** Quantile of the peak whose coverage `quality` reports; 0.9 when left out. */
  readonly quantile?: number;
  /** Spans that overlap the history or come soon after it. */
  readonly spans?: readonly SpecialSpan[] | undefined;
}

/** How good a model was on its recent past, for the peak over the horizon in use. Same unit as the series. */
export interface ModelQuality {
  /**
   * Mean error of the quantile of the peak over the horizon, where too low weighs more than too high: the distance times
   * 2 q below, times 2 (1 - q) above the peak that came.
   */
  readonly modelError: number;
  /** The same for "the last step's maximum stays", with a fixed margin. */
  readonly lastValueError: number;
  /** Share of past peaks at or below the forecast quantile, which knows only the errors before it. */
  readonly coverage: number;
  /** Number of past forecasts that the three figures rest on. */
  readonly samples: number;
}

/** A forecast from the step after the newest known one. */
export interface Forecast {
  /** Epoch seconds at which the first forecast step begins. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** Expected mean of each step. */
  readonly mean: Float64Array;
  /** For each requested quantile, in the order asked: that quantile of each step's mean. */
  readonly quantiles: readonly Float64Array[];
  /** For each requested quantile: that quantile of the highest step maximum within the horizon. */
  readonly peaks: readonly number[];
  /** Index of the step in which the peak is most likely. */
  readonly peakStep: number;
  /**
   * Share of the model in the peak; the rest is the last value. It is the `trust` of the fitted model, but 1 where `recurring`,
   * and 0 while a load stays away that the model still forecasts.
   */
  readonly trust: number;
  /** Whether the last value has the larger share in the peak. */
  readonly guarded: boolean;
  /**
   * Whether the horizon holds a time of day at which the load surprised on both of the last two days, or was lower on both as on
   * a first weekend. The forecast is then the load of these days, or of those before, although no past forecast can show yet
   * how good that is.
   */
  readonly recurring: boolean;
}

/** One season of a Holt-Winters recursion: its table of additive effects, one per slot of local time. */
export interface Season {
  /** Length in seconds of local time. */
  readonly periodSeconds: number;
  /** Effect of each slot, in the member's own scale. */
  readonly effects: Float64Array | Float32Array;
  /** How often each slot has been seen; a slot learns quickly while it is new. */
  readonly visits: Float64Array | Uint8ClampedArray;
}

/** Smoothing parameters of a Holt-Winters recursion, all between 0 and 1. */
export interface SmoothingParameters {
  /** Level. */
  readonly alpha: number;
  /** Trend. */
  readonly beta: number;
  /** Damping of the trend for each step ahead. */
  readonly phi: number;
  /** First season. */
  readonly gamma: number;
  /** Second season. */
  readonly omega: number;
  /** Gain of the deviation from level and season: 1 takes the newest deviation as it is, less smooths it. */
  readonly kappa: number;
  /** First-order autoregression: what share of the deviation is still there one step later. */
  readonly rho: number;
}

/** One Holt-Winters recursion of the pool with its state. */
export interface Member {
  /** What it is, in words: `daily`, `daily+weekly, log`, `same time yesterday`, ... */
  readonly name: string;
  /** In the log form the recursion runs on log(value + logOffset). */
  readonly form: 'additive' | 'log';
  readonly logOffset: number;
  readonly parameters: SmoothingParameters;
  level: number;
  trend: number;
  /** Present deviation from level and seasons, which the autoregression carries forward. */
  deviation: number;
  /** Innovations beyond this do not reach level, trend and seasons in full: they are clipped to it. */
  readonly clip: number;
  /**
   * State before the newest step when that step was wild, beyond `clip` from what was expected: level, trend and deviation
   * as they would be without it, and what it added to the two seasons. Empty when it was not.
   */
  readonly beforeWild: Float64Array;
  readonly seasons: readonly Season[];
}

/** Errors of past forecasts at one number of steps ahead. */
export interface ErrorQuantiles {
  /** Steps ahead that these errors were measured at. */
  readonly stepsAhead: number;
  /** Signed errors (actual - forecast), each divided by the error that was typical at its moment, in ascending order. */
  readonly sorted: Float64Array | Float32Array;
}

/** How large errors are by time of day, and how large recent ones were: both tell how large the next will be. */
export interface Volatility {
  /** Period of `typical` in seconds of local time; 0 when there is only one slot for all times. */
  readonly periodSeconds: number;
  /** Mean absolute error of one-step forecasts in each slot of the day. */
  readonly typical: Float64Array | Float32Array;
  /** Recent errors as a multiple of the typical ones: above 1 in restless times. */
  ratio: number;
  /** The newest error divided by the typical one, with its sign, and whether it was sudden. */
  newest: number;
  wasSudden: boolean;
  /** For how many steps, up to the newest, every value has been far below its forecast. */
  absentSteps: number;
}

/** A value that was not expected. */
export interface Surprise {
  readonly value: number;
  /** The value minus what had been expected. */
  readonly error: number;
  /** The value minus the one a week before, NaN where that is unknown: a weekend is as it was, a new rhythm is not. */
  readonly sinceLastWeek: number;
}

/**
 * Surprises at each time of day on the last two days: loads that the pool had not forecast a horizon before. Two in a row are
 * taken for a new or moved rhythm before the members have learned it.
 */
export interface Recurrence {
  /** Errors up to this are no surprise. */
  readonly leastSurprise: number;
  /**
   * By slot of the day: the value a week before the next step of this slot; NaN where unknown and after that step.
   */
  readonly lastWeek: Float64Array | Float32Array;
  /**
   * While the season of a week is not known, by slot of the day: the lowest load of the three days before the last two, where both
   * of these two were lower and so may have been a weekend; NaN elsewhere and after the next step of this slot.
   */
  readonly beforeWeekend: Float64Array | Float32Array | undefined;
  /** By slot of the day: the newest value, where it was a surprise. */
  readonly newest: Map<number, Surprise>;
  /** The same of the day before. */
  readonly before: Map<number, Surprise>;
  /** Forecasts of the next steps, one for each step of the horizon, each made a horizon before its step. */
  readonly pending: Float64Array;
}

/** The newest values of a series, scaled: the input of regression, trees and nearest moments. */
export interface RecentPast {
  /** Values are log(value + this), or the values themselves when it is 0; then `center` is taken off and `spread` divides. */
  readonly logOffset: number;
  readonly center: number;
  readonly spread: number;
  /** A change from step to step beyond this is wild. */
  readonly wildChange: number;
  /** The newest values as they came, the oldest first; unknown ones are replaced by likely ones. */
  readonly raw: Float64Array | Float32Array;
  /** The same without single wild steps, and further back: for looks at earlier days. */
  readonly calm: Float64Array | Float32Array;
}

/** A direct regression on seasonal lags. */
export interface Regression {
  /** Steps ahead that have weights of their own; between them weights are interpolated. */
  readonly solvedAt: readonly number[];
  /** Whether it looks at the same time last week. */
  readonly hasWeek: boolean;
  /** For each of `solvedAt`: the weight of each feature, in the order of `readFeatures`. */
  readonly weights: readonly (Float64Array | Float32Array)[];
}

/** Boosted regression trees; all are complete and of the same depth. */
export interface BoostedTrees {
  /** What is predicted before any tree is asked. */
  readonly start: number;
  /** By tree and node, the root first and level by level: the feature that is compared, and the value up to which it goes left. */
  readonly feature: Uint8Array;
  readonly threshold: Float64Array | Float32Array;
  /** By tree and leaf, from left to right: what is added to the prediction. */
  readonly leaf: Float64Array | Float32Array;
}

/** Trees that forecast one step ahead, and step by step further on from their own forecasts. */
export interface TreeForecaster extends BoostedTrees {
  /** Whether they look at the same time last week. */
  readonly hasWeek: boolean;
}

/** The forecasts that complement the Holt-Winters recursions: a regression, boosted trees and the nearest past moments. */
export interface Companions {
  readonly past: RecentPast;
  /** Undefined while the history is too short for it. */
  readonly regression: Regression | undefined;
  readonly trees: TreeForecaster | undefined;
  /** Whether the recursions alone were clearly better on past forecasts: they then decide alone. */
  readonly poolDecides: boolean;
}

/**
 * How members are combined where those that follow a season are far apart, as on a Saturday when one forecasts yesterday again
 * and another last week.
 */
export interface Disagreement {
  /** They are far apart where their forecasts differ by more than this. */
  readonly span: number;
  /** Whether the last value and the trend do not count there: while the longest season is younger than two cycles and has not failed. */
  readonly decidesAlone: boolean;
  /** Weight of each member there, whatever the number of steps ahead; they sum to 1. */
  readonly weights: readonly number[];
}

/** The pooled model of one series: of step means, or of step maxima. */
export interface PooledModel {
  readonly members: Member[];
  /** Steps ahead at which members were measured. */
  readonly measuredAt: readonly number[];
  /** Weight of each member at each of `measuredAt`: `weights[k][member]`, each row sums to 1. */
  readonly weights: readonly (readonly number[])[];
  /** Undefined where members that follow a season were never far apart. */
  readonly disagreement: Disagreement | undefined;
  /** Newest known value; NaN when there is none. */
  last: number;
  /** Highest value of the history and since; -Infinity when there is none. */
  highest: number;
  /** What is expected of the next step; undefined right after a fit. */
  next?: number | undefined;
  /** Lowest value a forecast may take: 0 for a series that was never negative. */
  readonly floor: number;
  readonly volatility: Volatility;
  /**
   * Surprises to the members, and to the combined forecast where there are companions; by slot of the day like `volatility`.
   * Empty while the history is too short to tell times of day apart.
   */
  readonly recurrences: readonly Recurrence[];
  /** Undefined while the history is too short, or where a day is no whole number of steps. */
  readonly companions: Companions | undefined;
  /** By steps ahead: what the forecast change from the last value is multiplied by. Undefined for step maxima. */
  readonly stretch: Float64Array | Float32Array | undefined;
}

/** Slots of a season in which there has never been any load. */
export interface QuietSeason {
  readonly periodSeconds: number;
  /** 1 for each slot that has always been 0. */
  readonly isQuiet: Uint8Array;
}

/** What the load in a special span is taken to be like. */
export type Likeness =
  /** What began at the time that the span names. */
  | 'chosen'
  /** The span of the same name before. */
  | 'same name'
  /** The Sundays before. */
  | 'sunday'
  /** The days off before. */
  | 'day off'
  /** Other days of its weekday. */
  | 'ordinary';

/** What the load in a special span will be, from what it is taken to be like. */
export interface Reference {
  /** Name and times of the span. */
  readonly name: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly likeness: Likeness;
  /** Epoch seconds at which the spans of the past begin that it is the median of, the newest first. */
  readonly likeStartSeconds: readonly number[];
  /** The level of now as a multiple of the level at the newest of them. */
  readonly scale: number;
  /** How far off each way to forecast a day off was on days off of the past, as a share of their load; NaN where unknown. */
  readonly pastErrors: Readonly<Record<'sunday' | 'day off' | 'ordinary', number>>;
  /** Past days off that this is measured on. */
  readonly pastDays: number;
  /** Epoch seconds at which the first of the steps below begins. */
  readonly fromSeconds: number;
  /** Mean and maximum of each step of the span, scaled; empty where it is forecast as an ordinary day. */
  readonly mean: Float32Array;
  readonly peak: Float32Array;
  /** Mean of `mean`. */
  readonly level: number;
  /**
   * Errors of such forecasts on like days, as shares of the forecast: of steps a horizon ahead, and of the peak over the
   * horizon; ascending.
   */
  readonly stepErrors: Float32Array;
  readonly peakErrors: Float32Array;
  /** Fading sums of the load that came in the span and of what was expected; their ratio scales the steps to come. */
  came: number;
  expected: number;
}

/** What a model knows about special spans. */
export interface SpecialSpans {
  /** Those that were not over at the fit. */
  readonly spans: readonly SpecialSpan[];
  /** What they are like; where two cover one step, the first decides. */
  readonly references: readonly Reference[];
}

/** What calendars say about the steps of a forecast. */
export interface StepEffects {
  /** Each step's forecast is multiplied by this; 1 where nothing is known. */
  readonly factors: Float64Array;
  /** The peak is at least this; -Infinity where nothing is known. */
  readonly floors: Float64Array;
}

/**
 * A fitted model: plain data that survives structured clone, so it can be fitted in a worker thread. `update` moves its
 * state in place; nothing else changes it.
 */
export interface FittedModel {
  readonly stage: Stage;
  /** Seconds of history still missing for the next stage; 0 on the last one. */
  readonly nextStageInSeconds: number;
  readonly stepSeconds: number;
  readonly horizonSteps: number;
  readonly timezone: string;
  /** Epoch seconds at which the first step that the model has not seen begins. */
  endSeconds: number;
  readonly quality: ModelQuality;
  /** Share of the model in the forecast of the peak, 0 to 1; the rest is "the last value stays". */
  readonly trust: number;
  /** Model of the step means. */
  readonly mean: PooledModel;
  /** Model of the step maxima; the same object as `mean` when the series has no finer maxima. */
  readonly peak: PooledModel;
  /** Errors of the step means at growing numbers of steps ahead. */
  readonly stepErrors: readonly ErrorQuantiles[];
  /** Errors of the forecast of the peak, with the share of the last value in it, for the quantile of the peak. */
  readonly peakErrors: ErrorQuantiles;
  /** Mean absolute error of the peak, by slot of the day like `peak.volatility.typical`. */
  readonly peakTypical: Float64Array | Float32Array;
  /** Times of the seasons without load in every past cycle: there the forecast is 0. Empty after a load at such a time. */
  quiet: readonly QuietSeason[];
  /** Undefined where no special spans are known. */
  readonly special?: SpecialSpans | undefined;
}
