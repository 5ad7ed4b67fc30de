/**
 * What the JSON API answers, by the names that the code has for it. docs/openapi.yaml describes each, and `make docs`
 * makes the types of it. Times are RFC 3339 in UTC, loads in the unit of the trigger's query, and what is not known is
 * null.
 */

import type { Overload } from './generated/answers.js';

export type {
  Accuracy,
  Calendar as CalendarView,
  ComingPeak,
  CostPoint,
  Error as ApiError,
  Event as EventView,
  ExplanationStep,
  Failure as ApiFailure,
  ForecastChart,
  HistoryChart,
  Known,
  Model as ModelView,
  ModelPool,
  Overload as OverloadView,
  OverloadSpan,
  PastChart,
  ReplicaChart,
  SeasonProfile,
  Sparkline,
  StateChange as StateChangeView,
  Status as TriggerStatus,
  TriggerDetail,
  TriggerList,
  TriggerSettings,
  TriggerSummary,
} from './generated/answers.js';

/** The policy of the day, and what it did on the replayed days. */
export type PolicyView = NonNullable<Overload['policy']>;
