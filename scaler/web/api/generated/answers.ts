/** Written by `make docs` from docs/openapi.yaml. */

export type Answer = TriggerList | TriggerDetail | Failure;
export type Time = string;
/**
 * What the trigger is doing, in one word: its reason, forecast and observed taken together as forecasting; error while KEDA gets one, starting before the first answer.
 */
export type Status =
  | 'forecasting'
  | 'warming-up'
  | 'no-history'
  | 'guarded'
  | 'stale'
  | 'observe-mode'
  | 'empty'
  | 'error'
  | 'starting';
/**
 * Why the answered value is what it is. forecast: the coming peak decided. observed: the load is already above the coming peak. warming-up: history is too short for a model. no-history: the history cannot be read, the observed value is answered. guarded: the model hardly beats "the last value stays", which has the larger share in the peak. observe-mode: a dry run. stale: the history source does not answer and the forecast goes on. empty: the query's result is empty and that is allowed.
 */
export type Reason =
  | 'forecast'
  | 'observed'
  | 'warming-up'
  | 'no-history'
  | 'guarded'
  | 'observe-mode'
  | 'stale'
  | 'empty'
  | null;
/**
 * How far up the ladder of cold start the model has come.
 */
export type Stage = 'observed' | 'trend' | 'daily' | 'weekly' | null;
export type Known = number | null;
export type KnownTime = string | null;
export type Share = number;
export type StepSeconds = number;
export type KnownList = Known[];
export type Numbers = number[];
export type ExplanationStep =
  | {
      step: 'observed';
      value: Known;
      time: Time;
    }
  | {
      step: 'forecast';
      peak: ComingPeak;
      horizonSeconds: number;
    }
  | {
      step: 'history-fails';
      error: Error;
    }
  | {
      step: 'no-forecast';
      nextStageInSeconds: Known;
    }
  | {
      step: 'trust';
      /**
       * Whether the model has the larger share.
       */
      isTrusted: boolean;
      /**
       * Share of the model in the peak; the rest is "the last value stays".
       */
      modelShare: Share;
      accuracy: Accuracy;
    }
  | {
      step: 'policy';
      words: string;
      target: Share;
    }
  | {
      step: 'choice';
      reason: Reason;
      /**
       * The load now, the peak of the forecast, the newest known step while Prometheus does not answer, or nothing, which is 0; or what the chosen policy makes of them.
       */
      decidedBy: 'observed' | 'forecast' | 'event' | 'last-step' | 'nothing' | 'policy';
      value: number;
    }
  | {
      step: 'events';
      events: {
        name: string;
        effect: string;
      }[];
    }
  | {
      step: 'clamp';
      bound: 'minValue' | 'maxValue';
      value: number;
    }
  | {
      step: 'answer';
      value: number;
      isActive: boolean;
      activationThreshold: number;
    }
  | {
      step: 'replicas';
      replicas: number;
      threshold: number;
    }
  | {
      step: 'error';
      error: Error;
    };
export type OverloadSpan = {
  /**
   * Share of the time in which the load was above what the ready pods carried.
   */
  share: Share;
  /**
   * Measured on ready pods; if not, a model of pods followed the answers or the policy.
   */
  isMeasured: boolean;
} | null;

export interface TriggerList {
  /**
   * Moment of the newest answer; ages are counted from here.
   */
  time: Time;
  /**
   * Triggers in all.
   */
  total: number;
  offset: number;
  limit: number;
  triggers: TriggerSummary[];
}
export interface TriggerSummary {
  namespace: string;
  scaledObject: string;
  metricName: string;
  status: Status;
  reason: Reason;
  stage: Stage;
  /**
   * History still missing for the next stage, as of the newest fit; 0 on the last one.
   */
  nextStageInSeconds: Known;
  /**
   * What KEDA gets in place of a value.
   */
  error: Error | null;
  /**
   * Load that one replica carries.
   */
  threshold: number;
  /**
   * How far ahead capacity must be ready.
   */
  horizonSeconds: number;
  /**
   * The load now; null when the result is empty.
   */
  observed: Known;
  observedTime: KnownTime;
  /**
   * Answered to GetMetrics.
   */
  answered: Known;
  /**
   * Answered to IsActive.
   */
  isActive: boolean | null;
  peak: ComingPeak | null;
  /**
   * The load over the threshold, rounded up.
   */
  replicas: {
    forObserved: Known;
    forAnswered: Known;
    forPeak: Known;
  };
  accuracy: Accuracy | null;
  sparkline: Sparkline | null;
}
export interface Error {
  /**
   * What went wrong: wrong metadata or request, a query that cannot serve as a trigger, a history source that does not answer, or nothing of that name.
   */
  kind: 'invalid' | 'rejected' | 'unavailable' | 'not-found';
  /**
   * Written for people; free of secrets.
   */
  message: string;
}
/**
 * The highest load that is coming within the horizon.
 */
export interface ComingPeak {
  value: number;
  /**
   * When the step begins in which it is most likely.
   */
  time: Time;
  /**
   * Share of such peaks that should stay at or below the value.
   */
  quantile: Share;
}
/**
 * How far off past forecasts were, at the horizon in use.
 */
export interface Accuracy {
  /**
   * The trigger's quantile, at which the errors are measured.
   */
  quantile: Share;
  /**
   * Mean of twice the quantile (pinball) loss of the peak over the horizon: each distance from the forecast counts 2 * quantile times where the load was above it and 2 * (1 - quantile) times where it was below.
   */
  modelError: number;
  /**
   * The same for "the last value stays".
   */
  lastValueError: number;
  /**
   * 0.31 means 31 % closer than reacting; below 0 the forecast is further off.
   */
  closerThanReactingShare: number;
  /**
   * Share of past peaks at or below the forecast; should come to the quantile.
   */
  coverageShare: Share;
  /**
   * Past forecasts that the figures rest on.
   */
  samples: number;
}
/**
 * The last day and the next hours in a few points, each the mean of what it covers.
 */
export interface Sparkline {
  stepSeconds: StepSeconds;
  historyStartTime: Time;
  history: KnownList;
  forecastStartTime: KnownTime;
  forecast: Numbers;
}
export interface TriggerDetail {
  time: Time;
  summary: TriggerSummary;
  settings: TriggerSettings;
  /**
   * What was accepted in the metadata but the user should know.
   */
  notices: string[];
  /**
   * How the answered value came about, one step after the other.
   */
  explanation: ExplanationStep[];
  overload: Overload | null;
  history: HistoryChart | null;
  forecast: ForecastChart | null;
  past: PastChart | null;
  replicaComparison: ReplicaChart | null;
  model: Model | null;
  /**
   * Known events in the history that is shown and in the two weeks to come, ascending.
   */
  events: Event[];
  /**
   * The calendars that the trigger names.
   */
  calendars: Calendar[];
  seasons: SeasonProfile[];
  /**
   * The latest changes of state, newest first.
   */
  changes: StateChange[];
  /**
   * The trigger as it stands in a ScaledObject, without secrets.
   */
  manifestYaml: string;
  /**
   * A shell line that asks the scaler what KEDA asks.
   */
  grpcurlCommand: string;
}
/**
 * What the trigger's metadata says, with defaults filled in and without secrets.
 */
export interface TriggerSettings {
  query: string;
  source: string;
  threshold: number;
  activationThreshold: number;
  /**
   * Share of time in overload that is accepted; null where the quantile decides alone.
   */
  targetOverload: number | null;
  /**
   * Load that one ready replica carries at most.
   */
  capacity: number;
  /**
   * From the creation of a pod until it is ready.
   */
  podStartupSeconds: number;
  /**
   * Whether the start-up time is measured where it can be.
   */
  measuresPodStartup: boolean;
  horizonSeconds: number;
  /**
   * Whether the horizon follows from the start-up time.
   */
  horizonFollows: boolean;
  historySeconds: number;
  stepSeconds: StepSeconds;
  quantile: Share;
  mode: 'predict' | 'observe';
  seasonalitySeconds: 'auto' | Numbers;
  timezone: string;
  minValue: Known;
  maxValue: Known;
  ignoreNullValues: boolean;
  /**
   * Name of the file with the load from before the source knew it.
   */
  bootstrap: string | null;
  /**
   * Names of calendars in the scaler's configuration.
   */
  calendars: string[];
  /**
   * The trigger's own events, as its metadata writes them.
   */
  events: string[];
}
/**
 * How the accepted overload is kept.
 */
export interface Overload {
  target: Share;
  /**
   * Whether the policy decides the answer.
   */
  isApplied: boolean;
  lastDay: OverloadSpan;
  lastWeek: OverloadSpan;
  /**
   * Why overload is not measured where that failed.
   */
  measurementProblem: string | null;
  /**
   * Why the policy was chosen from the maxima of steps and not from the load of each minute.
   */
  minutesProblem: string | null;
  /**
   * The policy of the day and what it did on the replayed days; null until one can be chosen.
   */
  policy: {
    words: string;
    chosenTime: Time;
    /**
     * Days that were replayed.
     */
    days: number;
    /**
     * Share by which the replayed load was raised.
     */
    margin: number;
    /**
     * Whether it would have kept the target; if not, no policy would.
     */
    isHeld: boolean;
    overloadedShare: Share;
    podHoursPerDay: number;
    /**
     * The same policy at other headrooms, from little overload to much.
     */
    curve: CostPoint[];
  } | null;
  /**
   * A reactive HPA whose target was chosen in the same way.
   */
  reactive: CostPoint | null;
  reactiveCurve: CostPoint[];
}
/**
 * What a way of scaling costs, and the overload that it leaves.
 */
export interface CostPoint {
  overloadedShare: Share;
  podHoursPerDay: number;
}
/**
 * The load of the last days. Entry i covers stepSeconds from startTime + i * stepSeconds on.
 */
export interface HistoryChart {
  startTime: Time;
  stepSeconds: StepSeconds;
  mean: KnownList;
  /**
   * Highest load inside each step, where the source is finer than the step.
   */
  highest: KnownList | null;
}
/**
 * The coming load, over the horizon and beyond it up to a day.
 */
export interface ForecastChart {
  startTime: Time;
  stepSeconds: StepSeconds;
  /**
   * Up to here the forecast decides the answer; errors are measured no further.
   */
  horizonEndTime: Time;
  mean: Numbers;
  lowerQuantile: Share;
  lower: Numbers;
  upperQuantile: Share;
  upper: Numbers;
}
/**
 * The answers of the last two days beside what came.
 */
export interface PastChart {
  startTime: Time;
  stepSeconds: StepSeconds;
  /**
   * Mean of the loads observed in each step.
   */
  observedMean: KnownList;
  /**
   * The highest of them.
   */
  observedHighest: KnownList;
  /**
   * Highest value answered in each step.
   */
  answered: KnownList;
  /**
   * What had been forecast for each step one horizon earlier.
   */
  forecastMean: KnownList;
  /**
   * The trigger's quantile of the same forecast.
   */
  forecastUpper: KnownList;
  /**
   * Steps for which forecast and load are both known.
   */
  comparedSteps: number;
  /**
   * Those in which the mean stayed within the quantile.
   */
  withinUpperSteps: number;
}
/**
 * Replicas by Kubernetes' HPA rule with its default behavior and at least one replica: on the answered values, and on the observed load alone.
 */
export interface ReplicaChart {
  startTime: Time;
  stepSeconds: StepSeconds;
  predictive: KnownList;
  reactive: KnownList;
  predictiveReplicaHours: number;
  reactiveReplicaHours: number;
}
export interface Model {
  stage: Stage;
  /**
   * Set aside because it does not beat "the last value stays".
   */
  isGuarded: boolean;
  stepSeconds: StepSeconds;
  horizonSteps: number;
  /**
   * IANA zone whose wall clock the seasons follow.
   */
  timezone: string;
  /**
   * End of the newest step seen.
   */
  historyUntilTime: Time;
  mean: ModelPool;
  /**
   * The model of each step's highest load; null when the source is no finer than the step.
   */
  highest: ModelPool | null;
}
export interface ModelPool {
  /**
   * Steps ahead at which members are weighed.
   */
  measuredAtSteps: Numbers;
  members: {
    name: string;
    form: 'additive' | 'log';
    weights: Numbers;
    /**
     * Smoothing of level, trend, its damping, first season, second season, deviation, and how long a deviation lasts.
     */
    parameters: {
      alpha: number;
      beta: number;
      phi: number;
      gamma: number;
      omega: number;
      kappa: number;
      rho: number;
    };
    /**
     * In the member's own scale.
     */
    level: number;
    /**
     * Change per step, in the same scale.
     */
    trend: number;
    seasonSeconds: Numbers;
  }[];
  /**
   * The regression beside the members; null while there is none.
   */
  regression: {
    /**
     * What it looks at when it forecasts the horizon, the most first.
     */
    looksAt: {
      what: string;
      /**
       * All weights together are near 1.
       */
      weight: number;
    }[];
  } | null;
}
export interface Event {
  name: string;
  /**
   * Name of its calendar; `events` where the trigger brings it along.
   */
  calendar: string;
  startTime: Time;
  endTime: Time;
  /**
   * What it does, in words: `x3, at least 20 replicas`.
   */
  effect: string;
}
export interface Calendar {
  name: string;
  /**
   * Where its events come from, in words.
   */
  origin: string;
  /**
   * When it was last read without an error.
   */
  readTime: Time | null;
  /**
   * What is wrong with it.
   */
  problem: string | null;
}
/**
 * How far each part of a rhythm lies above or below the level.
 */
export interface SeasonProfile {
  periodSeconds: number;
  slotSeconds: StepSeconds;
  /**
   * The first slot begins at midnight there, for a week on Thursday.
   */
  timezone: string;
  effects: Numbers;
}
/**
 * From when on the trigger was in a state.
 */
export interface StateChange {
  time: Time;
  status: Status;
  reason: Reason;
  stage: Stage;
  isActive: boolean | null;
  error: Error | null;
}
export interface Failure {
  error: Error;
}
