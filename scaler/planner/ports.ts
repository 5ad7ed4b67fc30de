import type { Calendars } from '../calendar/types.js';
import type { FitOptions, FittedModel, Series } from '../forecast/index.js';
import type { HistoryProvider } from '../history/types.js';
import type { ChoiceOptions } from '../policy/choose.js';
import type { Choice } from '../policy/types.js';
import type { Clock } from '../shared/clock.js';
import type { Trigger } from '../trigger/trigger.js';
import type { ChoiceHistory } from './choice.js';
import type { Answer } from './types.js';

/** What the planner and its triggers work with. */
export interface PlannerParts {
  readonly clock: Clock;
  readonly history: HistoryProvider;
  readonly fitter: Fitter;
  readonly settings: PlannerSettings;
  readonly observer: PlannerObserver;
  readonly calendars?: Calendars;
}

/** For whom a model is fitted. */
export interface FitTurn {
  /** Namespaces take turns. */
  readonly namespace: string;
  /** Aborted when the model is no longer wanted: a fit that waits is given up, and one that runs goes on. */
  readonly signal: AbortSignal;
}

/** Fits models away from the event loop. */
export interface Fitter {
  /** As `fitCompact`. The series is asked for, and given away, when a thread is free: waiting fits hold no copies. */
  fit(series: () => Series, options: FitOptions, turn: FitTurn): Promise<FittedModel>;
  /** Chooses a policy as `choosePolicy` does, with the same rules for the history as `fit`. */
  choose(history: () => ChoiceHistory, options: ChoiceOptions, turn: FitTurn): Promise<Choice>;
}

/** Intervals and limits of the planner. Seconds are those of its clock. */
export interface PlannerSettings {
  /** Distance between two observations of the load; answers are renewed as often. */
  readonly refreshSeconds: number;
  /** Distance between two fits of a model, which each step updates in between. */
  readonly refitSeconds: number;
  /** How old the newest data may be while a forecast goes on without Prometheus. */
  readonly maxStalenessSeconds: number;
  /** How long the first call for a new trigger may wait for history. */
  readonly firstAnswerWaitSeconds: number;
  /** A trigger that nobody has asked about for so long is dropped. */
  readonly idleSeconds: number;
  /** So a namespace cannot use up the memory of all. */
  readonly maxTriggersPerNamespace: number;
  /** Steps of history of all its triggers, for the same reason. */
  readonly maxStepsPerNamespace: number;
}

/** What the planner reports to telemetry. */
export interface PlannerObserver {
  /** A fit ended well, `seconds` of wall time after it was asked for. */
  fitFinished(trigger: Trigger, seconds: number): void;
  /** A fit failed; the model in use stays. */
  fitFailed(trigger: Trigger, seconds: number, error: unknown): void;
  /** A policy was chosen for the day; `chosen` is undefined where the history is too short. */
  policyChosen(trigger: Trigger, choice: Choice): void;
  /** Choosing a policy failed; the one in use stays. */
  choiceFailed(trigger: Trigger, error: unknown): void;
  /** An answer was renewed. `before` is undefined for a trigger's first answer. */
  answerRenewed(trigger: Trigger, before: Answer | undefined, after: Answer): void;
  triggerDropped(trigger: Trigger): void;
}
