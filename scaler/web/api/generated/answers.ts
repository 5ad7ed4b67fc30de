/** Written by `make docs` from docs/openapi.yaml. */

export type Failure = {
  readonly error: Error;
};

export type Error = {
  /** What went wrong: wrong metadata or request, a query that cannot serve as a trigger, a history source that does not answer, or nothing of that name. */
  readonly kind: "invalid" | "rejected" | "unavailable" | "not-found";
  /** Written for people; free of secrets. */
  readonly message: string;
};

export type Time = string;

export type KnownTime = string | null;

export type Known = number | null;

export type KnownList = ReadonlyArray<Known>;

export type Numbers = ReadonlyArray<number>;

export type Share = number;

export type StepSeconds = number;

/** What the trigger is doing, in one word: its reason, forecast and observed taken together as forecasting; error while KEDA gets one, starting before the first answer. */
export type Status = "forecasting" | "warming-up" | "no-history" | "guarded" | "stale" | "observe-mode" | "empty" | "error" | "starting";

/** Why the answered value is what it is. forecast: the coming peak decided. observed: the load is already above the coming peak. warming-up: history is too short for a model. no-history: the history cannot be read, the observed value is answered. guarded: the model hardly beats "the last value stays", or the load has stayed far below the forecast for half an hour, so the last value has the larger share in the peak. observe-mode: a dry run. stale: the history source does not answer and the forecast goes on. empty: the query's result is empty and that is allowed. */
export type Reason = "forecast" | "observed" | "warming-up" | "no-history" | "guarded" | "observe-mode" | "stale" | "empty" | null;

/** How far up the ladder of cold start the model has come. */
export type Stage = "observed" | "trend" | "daily" | "weekly" | null;

export type TriggerList = {
  /** Moment of the newest answer; ages are counted from here. */
  readonly time: Time;
  /** Triggers in all. */
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly triggers: ReadonlyArray<TriggerSummary>;
};

export type TriggerSummary = {
  readonly namespace: string;
  readonly scaledObject: string;
  readonly metricName: string;
  readonly status: Status;
  readonly reason: Reason;
  readonly stage: Stage;
  /** History still missing for the next stage, as of the newest fit; 0 on the last one. */
  readonly nextStageInSeconds: Known;
  /** What KEDA gets in place of a value. */
  readonly error: Error | null;
  /** Load that one replica carries. */
  readonly threshold: number;
  /** How far ahead capacity must be ready. */
  readonly horizonSeconds: number;
  /** The load now; null when the result is empty. */
  readonly observed: Known;
  readonly observedTime: KnownTime;
  /** Answered to GetMetrics. */
  readonly answered: Known;
  /** Answered to IsActive. */
  readonly isActive: boolean | null;
  readonly peak: ComingPeak | null;
  /** The load over the threshold, rounded up. */
  readonly replicas: {
    readonly forObserved: Known;
    readonly forAnswered: Known;
    readonly forPeak: Known;
  };
  readonly accuracy: Accuracy | null;
  readonly sparkline: Sparkline | null;
};

/** The highest load that is coming within the horizon. */
export type ComingPeak = {
  readonly value: number;
  /** When the step begins in which it is most likely. */
  readonly time: Time;
  /** Share of such peaks that should stay at or below the value. */
  readonly quantile: Share;
};

/** How far off past forecasts were, at the horizon in use. */
export type Accuracy = {
  /** The trigger's quantile, at which the errors are measured. */
  readonly quantile: Share;
  /** Mean of twice the quantile (pinball) loss of the peak over the horizon: each distance from the forecast counts 2 * quantile times where the load was above it and 2 * (1 - quantile) times where it was below. */
  readonly modelError: number;
  /** The same for "the last value stays". */
  readonly lastValueError: number;
  /** 0.31 means 31 % closer than reacting; below 0 the forecast is further off. */
  readonly closerThanReactingShare: number;
  /** Share of past peaks at or below the forecast; should come to the quantile. */
  readonly coverageShare: Share;
  /** Past forecasts that the figures rest on. */
  readonly samples: number;
};

/** The last day and the next hours in a few points, each the mean of what it covers. */
export type Sparkline = {
  readonly stepSeconds: StepSeconds;
  readonly historyStartTime: Time;
  readonly history: KnownList;
  readonly forecastStartTime: KnownTime;
  readonly forecast: Numbers;
};

export type TriggerDetail = {
  readonly time: Time;
  readonly summary: TriggerSummary;
  readonly settings: TriggerSettings;
  /** What was accepted in the metadata but the user should know. */
  readonly notices: ReadonlyArray<string>;
  /** How the answered value came about, one step after the other. */
  readonly explanation: ReadonlyArray<ExplanationStep>;
  readonly overload: Overload | null;
  readonly history: HistoryChart | null;
  readonly forecast: ForecastChart | null;
  readonly past: PastChart | null;
  readonly replicaComparison: ReplicaChart | null;
  readonly model: Model | null;
  /** Known events in the history that is shown and in the two weeks to come, ascending. */
  readonly events: ReadonlyArray<Event>;
  /** The calendars that the trigger names. */
  readonly calendars: ReadonlyArray<Calendar>;
  readonly seasons: ReadonlyArray<SeasonProfile>;
  /** The latest changes of state, newest first. */
  readonly changes: ReadonlyArray<StateChange>;
  /** The trigger as it stands in a ScaledObject, without secrets. */
  readonly manifestYaml: string;
  /** A shell line that asks the scaler what KEDA asks. */
  readonly grpcurlCommand: string;
};

export type Event = {
  readonly name: string;
  /** Name of its calendar; `events` where the trigger brings it along. */
  readonly calendar: string;
  readonly startTime: Time;
  readonly endTime: Time;
  /** What it does, in words: `x3, at least 20 replicas`. */
  readonly effect: string;
};

export type Calendar = {
  readonly name: string;
  /** Where its events come from, in words. */
  readonly origin: string;
  /** When it was last read without an error. */
  readonly readTime: Time | null;
  /** What is wrong with it. */
  readonly problem: string | null;
};

/** What the trigger's metadata says, with defaults filled in and without secrets. */
export type TriggerSettings = {
  readonly query: string;
  readonly source: string;
  readonly threshold: number;
  readonly activationThreshold: number;
  /** Share of time in overload that is accepted; null where the quantile decides alone. */
  readonly targetOverload: number | null;
  /** Load that one ready replica carries at most. */
  readonly capacity: number;
  /** From the creation of a pod until it is ready. */
  readonly podStartupSeconds: number;
  /** Whether the start-up time is measured where it can be. */
  readonly measuresPodStartup: boolean;
  readonly horizonSeconds: number;
  /** Whether the horizon follows from the start-up time. */
  readonly horizonFollows: boolean;
  readonly historySeconds: number;
  readonly stepSeconds: StepSeconds;
  readonly quantile: Share;
  readonly mode: "predict" | "observe";
  readonly seasonalitySeconds: "auto" | Numbers;
  readonly timezone: string;
  readonly minValue: Known;
  readonly maxValue: Known;
  readonly ignoreNullValues: boolean;
  /** Name of the file with the load from before the source knew it. */
  readonly bootstrap: string | null;
  /** Names of calendars in the scaler's configuration. */
  readonly calendars: ReadonlyArray<string>;
  /** The trigger's own events, as its metadata writes them. */
  readonly events: ReadonlyArray<string>;
};

export type OverloadSpan = {
  /** Share of the time in which the load was above what the ready pods carried. */
  readonly share: Share;
  /** Measured on ready pods; if not, a model of pods followed the answers or the policy. */
  readonly isMeasured: boolean;
} | null;

/** What a way of scaling costs, and the overload that it leaves. */
export type CostPoint = {
  readonly overloadedShare: Share;
  readonly podHoursPerDay: number;
};

/** How the accepted overload is kept. */
export type Overload = {
  readonly target: Share;
  /** Whether the policy decides the answer. */
  readonly isApplied: boolean;
  readonly lastDay: OverloadSpan;
  readonly lastWeek: OverloadSpan;
  /** Why overload is not measured where that failed. */
  readonly measurementProblem: string | null;
  /** Why the policy was chosen from the maxima of steps and not from the load of each minute. */
  readonly minutesProblem: string | null;
  /** The policy of the day and what it did on the replayed days; null until one can be chosen. */
  readonly policy: {
    readonly words: string;
    readonly chosenTime: Time;
    /** Days that were replayed. */
    readonly days: number;
    /** Share by which the replayed load was raised. */
    readonly margin: number;
    /** Whether it would have kept the target; if not, no policy would. */
    readonly isHeld: boolean;
    readonly overloadedShare: Share;
    readonly podHoursPerDay: number;
    /** The same policy at other headrooms, from little overload to much. */
    readonly curve: ReadonlyArray<CostPoint>;
  } | null;
  /** A reactive HPA whose target was chosen in the same way. */
  readonly reactive: CostPoint | null;
  readonly reactiveCurve: ReadonlyArray<CostPoint>;
};

export type ExplanationStep = {
  readonly step: "observed";
  readonly value: Known;
  readonly time: Time;
} | {
  readonly step: "forecast";
  readonly peak: ComingPeak;
  readonly horizonSeconds: number;
} | {
  readonly step: "history-fails";
  readonly error: Error;
} | {
  readonly step: "no-forecast";
  readonly nextStageInSeconds: Known;
} | {
  readonly step: "trust";
  /** Whether the model has the larger share. */
  readonly isTrusted: boolean;
  /** Share of the model in the peak; the rest is "the last value stays". */
  readonly modelShare: Share;
  readonly accuracy: Accuracy;
} | {
  readonly step: "policy";
  readonly words: string;
  readonly target: Share;
} | {
  readonly step: "choice";
  readonly reason: Reason;
  /** The load now, the peak of the forecast, the newest known step while Prometheus does not answer, or nothing, which is 0; or what the chosen policy makes of them. */
  readonly decidedBy: "observed" | "forecast" | "event" | "last-step" | "nothing" | "policy";
  readonly value: number;
} | {
  readonly step: "events";
  readonly events: ReadonlyArray<{
    readonly name: string;
    readonly effect: string;
  }>;
} | {
  readonly step: "clamp";
  readonly bound: "minValue" | "maxValue";
  readonly value: number;
} | {
  readonly step: "answer";
  readonly value: number;
  readonly isActive: boolean;
  readonly activationThreshold: number;
} | {
  readonly step: "replicas";
  readonly replicas: number;
  readonly threshold: number;
} | {
  readonly step: "error";
  readonly error: Error;
};

/** The load of the last days. Entry i covers stepSeconds from startTime + i * stepSeconds on. */
export type HistoryChart = {
  readonly startTime: Time;
  readonly stepSeconds: StepSeconds;
  readonly mean: KnownList;
  /** Highest load inside each step, where the source is finer than the step. */
  readonly highest: KnownList | null;
};

/** The coming load, over the horizon and beyond it up to a day. */
export type ForecastChart = {
  readonly startTime: Time;
  readonly stepSeconds: StepSeconds;
  /** Up to here the forecast decides the answer; errors are measured no further. */
  readonly horizonEndTime: Time;
  readonly mean: Numbers;
  readonly lowerQuantile: Share;
  readonly lower: Numbers;
  readonly upperQuantile: Share;
  readonly upper: Numbers;
};

/** The answers of the last two days beside what came. */
export type PastChart = {
  readonly startTime: Time;
  readonly stepSeconds: StepSeconds;
  /** Mean of the loads observed in each step. */
  readonly observedMean: KnownList;
  /** The highest of them. */
  readonly observedHighest: KnownList;
  /** Highest value answered in each step. */
  readonly answered: KnownList;
  /** What had been forecast for each step one horizon earlier. */
  readonly forecastMean: KnownList;
  /** The trigger's quantile of the same forecast. */
  readonly forecastUpper: KnownList;
  /** Steps for which forecast and load are both known. */
  readonly comparedSteps: number;
  /** Those in which the mean stayed within the quantile. */
  readonly withinUpperSteps: number;
};

/** Replicas by Kubernetes' HPA rule with its default behavior and at least one replica: on the answered values, and on the observed load alone. */
export type ReplicaChart = {
  readonly startTime: Time;
  readonly stepSeconds: StepSeconds;
  readonly predictive: KnownList;
  readonly reactive: KnownList;
  readonly predictiveReplicaHours: number;
  readonly reactiveReplicaHours: number;
};

export type Model = {
  readonly stage: Stage;
  /** Set aside because it does not beat "the last value stays". */
  readonly isGuarded: boolean;
  readonly stepSeconds: StepSeconds;
  readonly horizonSteps: number;
  /** IANA zone whose wall clock the seasons follow. */
  readonly timezone: string;
  /** End of the newest step seen. */
  readonly historyUntilTime: Time;
  readonly mean: ModelPool;
  /** The model of each step's highest load; null when the source is no finer than the step. */
  readonly highest: ModelPool | null;
};

export type ModelPool = {
  /** Steps ahead at which members are weighed. */
  readonly measuredAtSteps: Numbers;
  readonly members: ReadonlyArray<{
    readonly name: string;
    readonly form: "additive" | "log";
    readonly weights: Numbers;
    /** Smoothing of level, trend, its damping, first season, second season, deviation, and how long a deviation lasts. */
    readonly parameters: {
      readonly alpha: number;
      readonly beta: number;
      readonly phi: number;
      readonly gamma: number;
      readonly omega: number;
      readonly kappa: number;
      readonly rho: number;
    };
    /** In the member's own scale. */
    readonly level: number;
    /** Change per step, in the same scale. */
    readonly trend: number;
    readonly seasonSeconds: Numbers;
  }>;
  /** The regression beside the members; null while there is none. */
  readonly regression: {
    /** What it looks at when it forecasts the horizon, the most first. */
    readonly looksAt: ReadonlyArray<{
      readonly what: string;
      /** All weights together are near 1. */
      readonly weight: number;
    }>;
  } | null;
};

/** How far each part of a rhythm lies above or below the level. */
export type SeasonProfile = {
  readonly periodSeconds: number;
  readonly slotSeconds: StepSeconds;
  /** The first slot begins at midnight there, for a week on Thursday. */
  readonly timezone: string;
  readonly effects: Numbers;
};

/** From when on the trigger was in a state. */
export type StateChange = {
  readonly time: Time;
  readonly status: Status;
  readonly reason: Reason;
  readonly stage: Stage;
  readonly isActive: boolean | null;
  readonly error: Error | null;
};
