import type { FittedModel, ModelQuality, Series, Stage } from '../forecast/index.js';
import type { Choice } from '../policy/types.js';
import type { ScalerError, ScalerErrorKind } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import type { EffectiveEvent } from './events.js';

/**
 * Why the answered value is what it is:
 * - `forecast`: the quantile of the coming peak decided;
 * - `observed`: the load is already above the coming peak;
 * - `warming-up`: history is too short for a model;
 * - `no-history`: the history cannot be read, so there is no forecast; the observed value is answered;
 * - `guarded`: the model hardly beats "last value" on this trigger, or the load has stayed far below the forecast for
 *   half an hour, so the last value has the larger share in the peak;
 * - `observe-mode`: a dry run, the observed value is answered;
 * - `stale`: Prometheus does not answer; the forecast goes on from the last state;
 * - `empty`: the query's result is empty and that is allowed: 0.
 */
export type Reason =
  | 'forecast'
  | 'observed'
  | 'warming-up'
  | 'no-history'
  | 'guarded'
  | 'observe-mode'
  | 'stale'
  | 'empty';

/** The reason of an answer, without whether load or forecast is larger. */
export type AnswerStatus = 'forecasting' | Exclude<Reason, 'forecast' | 'observed'>;

/** State of a trigger: `starting` before the first answer, `error` while KEDA gets an error. */
export type TriggerStatus = AnswerStatus | 'starting' | 'error';

/** The answer to KEDA and why it is what it is. */
export interface Signal {
  /** Answered to GetMetrics, within `minValue` and `maxValue`. */
  readonly value: number;
  /** The value before the two bounds. */
  readonly unboundedValue: number;
  readonly bound: 'minValue' | 'maxValue' | undefined;
  /**
   * Source of the value before the bounds: the load now, the peak of the forecast, a known event without a forecast,
   * the newest known step, nothing (0), or the chosen policy.
   */
  readonly decidedBy: 'observed' | 'forecast' | 'event' | 'last-step' | 'nothing' | 'policy';
  /** Answered to IsActive: the load now, or one that is coming, is above `activationThreshold`. Bounds do not count. */
  readonly active: boolean;
  readonly reason: Reason;
  readonly status: AnswerStatus;
}

/** The forecast from the current step on. */
export interface PlannedForecast {
  /** Epoch seconds of the first forecast step. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** Expected mean of each step of the horizon. */
  readonly mean: Float64Array;
  /** Lower and upper quantile of each step's value: 0.1 and the trigger's own quantile. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The trigger's quantile of the highest step maximum within the horizon. */
  readonly peak: number;
  /** Begin of the step in which the peak is most likely. */
  readonly peakAtSeconds: number;
}

/** Shares of the last day and week in overload; undefined where too little is known. */
export interface SpanShares {
  readonly day: number | undefined;
  readonly week: number | undefined;
}

/** How a trigger keeps the overload that it accepts. */
export interface OverloadKept {
  /** The policy of the day and what it rests on; undefined until the first choice. */
  readonly choice: Choice | undefined;
  /** Overload that was measured on ready pods, by kube-state-metrics. */
  readonly seen: SpanShares;
  /** Why nothing is seen, where reading it failed. */
  readonly seenProblem: string | undefined;
  /** Overload of simulated pods: by the answers of the last day, and by the policy on the replayed days. */
  readonly simulated: SpanShares;
}

/** The answer to KEDA, and what explains it. Replaced at each refresh. */
export interface Snapshot extends Signal {
  /** With start-up time, horizon and quantile as they were measured or chosen. */
  readonly trigger: Trigger;
  readonly computedAtSeconds: number;
  /** undefined when the result of the query was empty. */
  readonly observed: number | undefined;
  readonly observedAtSeconds: number;
  readonly stage: Stage;
  /** History that is missing for the next stage, 0 on the last one; undefined before the first model. */
  readonly nextStageInSeconds: number | undefined;
  readonly forecast: PlannedForecast | undefined;
  readonly quality: ModelQuality | undefined;
  /** The events within the horizon. */
  readonly events: readonly EffectiveEvent[];
  /** Share of the model in the forecast of the peak, 0 to 1; "the last value stays" has the rest. */
  readonly modelShare: number;
  /** Whether the last value has the larger share. */
  readonly guarded: boolean;
  /** End of the newest step of history that the model has seen; undefined without a model. */
  readonly historyUntilSeconds: number | undefined;
  /** How the accepted overload is kept; undefined for a trigger that states none. */
  readonly overload: OverloadKept | undefined;
  /** Why the start-up time of pods could not be measured. */
  readonly podStartupProblem: string | undefined;
  /** Why the history cannot be read although the load now can; undefined while the answer is stale. */
  readonly historyFailure: ScalerError | undefined;
}

/** What a trigger answers: a snapshot, or an error for KEDA. */
export type Answer =
  | { readonly snapshot: Snapshot; readonly error?: undefined }
  | { readonly snapshot?: undefined; readonly error: ScalerError };

/** A trigger that is asked about. */
export interface KnownTrigger {
  /** Its `metricName`, with a suffix where two triggers of the ScaledObject have the same one. */
  readonly name: string;
  readonly trigger: Trigger;
  /** undefined until the first answer. */
  readonly answer: Answer | undefined;
}

/** Past answers and loads, in slots of `slotSeconds`. */
export interface PastAnswers {
  /** Epoch seconds at which the first slot begins. */
  readonly startSeconds: number;
  readonly slotSeconds: number;
  /** Mean of the loads observed in each slot; NaN where nothing was observed. */
  readonly observedMean: Float32Array;
  /** The highest of them. */
  readonly observedHighest: Float32Array;
  /** Highest value answered in each slot; NaN where an error was answered. */
  readonly answered: Float32Array;
  /** Mean that had been forecast for each slot one horizon earlier; NaN where no forecast had been made. */
  readonly forecastMean: Float32Array;
  /** The trigger's quantile of the same forecast. */
  readonly forecastUpper: Float32Array;
}

/** When a trigger came into a state. */
export interface StateChange {
  readonly atSeconds: number;
  readonly state:
    | Pick<Snapshot, 'reason' | 'status' | 'stage' | 'active'>
    | { readonly error: ScalerErrorKind; readonly message: string };
}

/** What an answer was computed from. */
export interface Evidence {
  /** The trigger as the model in use was fitted for it, with what was measured and chosen. */
  readonly inUse: Trigger;
  /** The history held; a copy. */
  readonly history: Series;
  /** Until when it is from the bootstrap file; undefined when all of it is from the source. */
  readonly bootstrapUntilSeconds?: number | undefined;
  /** The model in use. Not to be kept: the next step changes it. */
  readonly model: FittedModel | undefined;
  /** The answers of the last two days; undefined before the first answer. */
  readonly past: PastAnswers | undefined;
  /** The latest changes of the trigger's state, oldest first. */
  readonly changes: readonly StateChange[];
}

/** The planner as handlers see it. It answers from memory. */
export interface Answers {
  /**
   * The current answer for a trigger, which counts as asked about from then on. Only first calls for a new trigger
   * wait, for a bounded time.
   */
  answer(trigger: Trigger): Promise<Answer>;
  /** Calls back at each refresh of the trigger's answer until the returned function is called. */
  subscribe(trigger: Trigger, listener: (answer: Answer) => void): () => void;
  /** Every trigger that is asked about; what a trigger was before an edit leaves the list within two minutes. */
  all(): Iterable<KnownTrigger>;
  /** What a trigger's answer was computed from; undefined for an unknown trigger. */
  evidence(trigger: Trigger): Evidence | undefined;
}
