/**
 * The answers of the JSON API. `make docs` makes the types from docs/openapi.yaml. Times are RFC 3339 in UTC, loads
 * have the unit of the trigger's query, and what is not known is null.
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

/** The policy of the day, and its results on the replayed days. */
export type PolicyView = NonNullable<Overload['policy']>;
