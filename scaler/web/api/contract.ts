/**
 * What the JSON API answers, as docs/openapi.yaml describes it; a test compares the two. Times are RFC 3339 in UTC, loads
 * in the unit of the trigger's query, and what is not known is null.
 */

import type {
  FittedModel,
  LookedAt,
  Member,
  ModelQuality,
  SmoothingParameters,
  Stage,
} from '../../forecast/index.js';
import type { Reason, Signal, TriggerStatus } from '../../planner/types.js';
import type { ScalerErrorKind } from '../../shared/errors.js';
import type { Trigger } from '../../trigger/trigger.js';

export type { TriggerStatus };

/** A number, or null where it is not known. */
export type Known = number | null;

/** The error that KEDA gets in place of a value. */
export interface ApiError {
  readonly kind: ScalerErrorKind | 'not-found';
  readonly message: string;
}

/** The answer of every request that fails. */
export interface ApiFailure {
  readonly error: ApiError;
}

/** The highest load that is coming within the horizon. */
export interface ComingPeak {
  readonly value: number;
  /** When the step begins in which it is most likely. */
  readonly time: string;
  /** Share of such peaks that should stay at or below the value. */
  readonly quantile: number;
}

/** How many replicas a load asks for: the load over the threshold, rounded up. */
export interface Replicas {
  readonly forObserved: Known;
  readonly forAnswered: Known;
  readonly forPeak: Known;
}

/** How far off past forecasts were, at the horizon in use. */
export interface Accuracy extends Pick<ModelQuality, 'modelError' | 'lastValueError' | 'samples'> {
  /** The trigger's quantile, at which the errors are measured. */
  readonly quantile: number;
  /** By what share the model's error is the smaller: 0.31 is 31 % closer than reacting; below 0 it is further off. */
  readonly closerThanReactingShare: number;
  /** Share of past peaks that stayed at or below the forecast; should come to `quantile`. */
  readonly coverageShare: number;
}

/** The last day and the next hours in a few points. */
export interface Sparkline {
  readonly stepSeconds: number;
  readonly historyStartTime: string;
  /** Mean of each step. */
  readonly history: readonly Known[];
  readonly forecastStartTime: string | null;
  readonly forecast: readonly number[];
}

/** One trigger of the overview. */
export interface TriggerSummary
  extends Pick<Trigger, 'namespace' | 'scaledObject' | 'metricName' | 'threshold' | 'horizonSeconds'> {
  readonly status: TriggerStatus;
  readonly reason: Reason | null;
  readonly stage: Stage | null;
  /** History still missing for the next stage, as of the newest fit; 0 on the last one. */
  readonly nextStageInSeconds: Known;
  readonly error: ApiError | null;
  readonly observed: Known;
  readonly observedTime: string | null;
  readonly answered: Known;
  readonly isActive: boolean | null;
  readonly peak: ComingPeak | null;
  readonly replicas: Replicas;
  readonly accuracy: Accuracy | null;
  readonly sparkline: Sparkline | null;
}

/** The answer to `GET /api/triggers`. */
export interface TriggerList {
  /** Moment of the newest answer; ages are counted from here. */
  readonly time: string;
  /** Triggers in all. */
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  /** In order of namespace, scaled object and metric. */
  readonly triggers: readonly TriggerSummary[];
}

/** How the answered value came about, one step after the other. */
export type ExplanationStep =
  /** The load now; null when the query's result was empty. */
  | { readonly step: 'observed'; readonly value: Known; readonly time: string }
  | { readonly step: 'forecast'; readonly peak: ComingPeak; readonly horizonSeconds: number }
  /** The load now is known, but the history cannot be read. */
  | { readonly step: 'history-fails'; readonly error: ApiError }
  /** There is no model yet. */
  | { readonly step: 'no-forecast'; readonly nextStageInSeconds: Known }
  /** How much of the forecast peak is the model's; the rest is "the last value stays". Trusted: the larger part. */
  | {
      readonly step: 'trust';
      readonly isTrusted: boolean;
      readonly modelShare: number;
      readonly accuracy: Accuracy;
    }
  /** What the chosen policy answers. */
  | { readonly step: 'policy'; readonly words: string; readonly target: number }
  /** What decided, before the bounds. */
  | {
      readonly step: 'choice';
      readonly reason: Reason;
      readonly decidedBy: Signal['decidedBy'];
      readonly value: number;
    }
  | { readonly step: 'events'; readonly events: readonly Pick<EventView, 'name' | 'effect'>[] }
  | { readonly step: 'clamp'; readonly bound: 'minValue' | 'maxValue'; readonly value: number }
  | {
      readonly step: 'answer';
      readonly value: number;
      readonly isActive: boolean;
      readonly activationThreshold: number;
    }
  | { readonly step: 'replicas'; readonly replicas: number; readonly threshold: number }
  | { readonly step: 'error'; readonly error: ApiError };

/** Overload in a span of time. */
export interface OverloadSpan {
  /** Share of the time in which the load was above what the ready pods carried. */
  readonly share: number;
  /** Whether it was measured on ready pods; if not, a model of pods followed the answers or the policy. */
  readonly isMeasured: boolean;
}

/** What a way of scaling costs, and the overload that it leaves. */
export interface CostPoint {
  readonly overloadedShare: number;
  readonly podHoursPerDay: number;
}

/** The policy of the day, and what it did on the replayed days. */
export interface PolicyView extends CostPoint {
  readonly words: string;
  readonly chosenTime: string;
  /** Days that were replayed. */
  readonly days: number;
  /** Share by which the replayed load was raised, because so many days prove only so much. */
  readonly margin: number;
  /** Whether it would have kept the target; if not, no policy would. */
  readonly isHeld: boolean;
  /** The same policy at other headrooms, from little overload to much. */
  readonly curve: readonly CostPoint[];
}

/** How a trigger keeps the overload that it accepts. */
export interface OverloadView {
  /** Share of the time in overload that is accepted. */
  readonly target: number;
  /** Whether the policy decides the answer; on a dry run it is shown and not used. */
  readonly isApplied: boolean;
  readonly lastDay: OverloadSpan | null;
  readonly lastWeek: OverloadSpan | null;
  /** Why overload is not measured where that failed. */
  readonly measurementProblem: string | null;
  /** Why the policy was chosen from the maxima of steps and not from the load of each minute. */
  readonly minutesProblem: string | null;
  /** Null until there is history enough to choose one. */
  readonly policy: PolicyView | null;
  /** A reactive HPA whose target was chosen in the same way. */
  readonly reactive: CostPoint | null;
  readonly reactiveCurve: readonly CostPoint[];
}

/** What the trigger's metadata says, with defaults filled in and without secrets. */
export interface TriggerSettings
  extends Pick<
    Trigger,
    | 'query'
    | 'threshold'
    | 'activationThreshold'
    | 'capacity'
    | 'podStartupSeconds'
    | 'measuresPodStartup'
    | 'horizonSeconds'
    | 'horizonFollows'
    | 'historySeconds'
    | 'stepSeconds'
    | 'quantile'
    | 'mode'
    | 'timezone'
    | 'ignoreNullValues'
  > {
  readonly source: string;
  /** Share of time in overload that is accepted; null where `quantile` decides alone. */
  readonly targetOverload: Known;
  readonly seasonalitySeconds: Trigger['seasonality'];
  readonly minValue: Known;
  readonly maxValue: Known;
  readonly bootstrap: string | null;
  /** Names of calendars. */
  readonly calendars: readonly string[];
  /** The trigger's own events as its metadata writes them. */
  readonly events: readonly string[];
}

/** Values step by step: entry `i` of each list covers `stepSeconds` from `startTime + i * stepSeconds` on. */
export interface Steps {
  readonly startTime: string;
  readonly stepSeconds: number;
}

/** The load of the last days. */
export interface HistoryChart extends Steps {
  readonly mean: readonly Known[];
  /** Highest load inside each step, where the source is finer than the step. */
  readonly highest: readonly Known[] | null;
}

/** The coming load: the horizon, and beyond it up to a day. */
export interface ForecastChart extends Steps {
  /** Up to here the forecast decides the answer; errors are measured no further. */
  readonly horizonEndTime: string;
  readonly mean: readonly number[];
  readonly lowerQuantile: number;
  readonly lower: readonly number[];
  readonly upperQuantile: number;
  readonly upper: readonly number[];
}

/** The answers of the last two days beside what came. */
export interface PastChart extends Steps {
  readonly observedMean: readonly Known[];
  readonly observedHighest: readonly Known[];
  /** Highest value answered in each step. */
  readonly answered: readonly Known[];
  /** What had been forecast for each step one horizon earlier. */
  readonly forecastMean: readonly Known[];
  readonly forecastUpper: readonly Known[];
  /** Steps for which forecast and load are both known, and those in which the mean stayed within the quantile. */
  readonly comparedSteps: number;
  readonly withinUpperSteps: number;
}

/** Replicas by Kubernetes' HPA rule: on the answered values, and on the observed load alone. */
export interface ReplicaChart extends Steps {
  readonly predictive: readonly Known[];
  readonly reactive: readonly Known[];
  readonly predictiveReplicaHours: number;
  readonly reactiveReplicaHours: number;
}

/** One recursion of the pool. */
export interface ModelMember extends Pick<Member, 'name' | 'form' | 'level' | 'trend'> {
  /** Weight at each of the pool's `measuredAtSteps`. */
  readonly weights: readonly number[];
  readonly parameters: SmoothingParameters;
  readonly seasonSeconds: readonly number[];
}

/** The pooled model of the means, or of the highest loads, of the steps. */
export interface ModelPool {
  readonly measuredAtSteps: readonly number[];
  readonly members: readonly ModelMember[];
  /** The regression beside the pool: what it looks at when it forecasts the horizon, the most first. */
  readonly regression: { readonly looksAt: readonly LookedAt[] } | null;
}

/** The model in use. */
export interface ModelView extends Pick<FittedModel, 'stage' | 'stepSeconds' | 'horizonSteps' | 'timezone'> {
  readonly isGuarded: boolean;
  /** End of the newest step that the model has seen. */
  readonly historyUntilTime: string;
  readonly mean: ModelPool;
  /** Null when the source is no finer than the step: the mean serves for both. */
  readonly highest: ModelPool | null;
}

/** What the model has learned of one rhythm: how far each part of it lies above or below the level. */
export interface SeasonProfile {
  readonly periodSeconds: number;
  readonly slotSeconds: number;
  /** Wall clock that the slots follow; the first begins at midnight, for a week on Thursday, as the epoch does. */
  readonly timezone: string;
  /** In the query's unit, around 0. */
  readonly effects: readonly number[];
}

/** From when on the trigger was in a state. */
export interface StateChangeView {
  readonly time: string;
  readonly status: TriggerStatus;
  readonly reason: Reason | null;
  readonly stage: Stage | null;
  readonly isActive: boolean | null;
  readonly error: ApiError | null;
}

/** A known event. */
export interface EventView {
  readonly name: string;
  /** Name of its calendar; `events` where the trigger brings it along. */
  readonly calendar: string;
  readonly startTime: string;
  readonly endTime: string;
  /** What it does, in words: `x3, at least 20 replicas`. */
  readonly effect: string;
}

/** A calendar of the configuration. */
export interface CalendarView {
  readonly name: string;
  /** Where its events come from, in words. */
  readonly origin: string;
  /** When it was last read without an error. */
  readonly readTime: string | null;
  /** What is wrong with it. */
  readonly problem: string | null;
}

/** The answer to `GET /api/triggers/{namespace}/{name}/{metric}`. */
export interface TriggerDetail {
  readonly time: string;
  readonly summary: TriggerSummary;
  readonly settings: TriggerSettings;
  /** What was accepted in the metadata but the user should know. */
  readonly notices: readonly string[];
  readonly explanation: readonly ExplanationStep[];
  /** How the accepted overload is kept; null where none is stated. */
  readonly overload: OverloadView | null;
  readonly history: HistoryChart | null;
  readonly forecast: ForecastChart | null;
  readonly past: PastChart | null;
  readonly replicaComparison: ReplicaChart | null;
  /** Known events in the history that is shown and in the two weeks to come, ascending. */
  readonly events: readonly EventView[];
  /** The calendars that the trigger names. */
  readonly calendars: readonly CalendarView[];
  readonly model: ModelView | null;
  readonly seasons: readonly SeasonProfile[];
  /** Newest first. */
  readonly changes: readonly StateChangeView[];
  /** The trigger as it stands in a ScaledObject. */
  readonly manifestYaml: string;
  /** A shell line that asks the scaler what KEDA asks. */
  readonly grpcurlCommand: string;
}
