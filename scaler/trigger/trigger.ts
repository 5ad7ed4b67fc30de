import type { CalendarKeys } from '../calendar/types.js';

/** A trigger of a ScaledObject: its metadata, checked and complete. Frozen. */
export interface Trigger extends CalendarKeys {
  readonly scaledObject: string;
  readonly namespace: string;
  /** Lower case, DNS-safe. Triggers of a ScaledObject may have the same, since KEDA adds a prefix. */
  readonly metricName: string;
  /** PromQL that gives one series. */
  readonly query: string;
  /** Load that one replica carries, in the query's unit. */
  readonly threshold: number;
  /** The workload is active when the observed or the forecast load is above this. */
  readonly activationThreshold: number;
  readonly source: TriggerSource;
  /** Share of time in which the load may be above what the ready pods carry; undefined where `quantile` decides. */
  readonly targetOverload: number | undefined;
  /** Load that one ready replica carries at most, in the query's unit; not below `threshold`. */
  readonly capacity: number;
  /** From the creation of a pod until it is ready; at most the horizon, and the horizon while it is not known. */
  readonly podStartupSeconds: number;
  /** Whether `podStartupSeconds` is to be measured. */
  readonly measuresPodStartup: boolean;
  /** Whether the horizon follows from `podStartupSeconds`. */
  readonly horizonFollows: boolean;
  readonly horizonSeconds: number;
  readonly historySeconds: number;
  readonly stepSeconds: number;
  /** Share of peaks that should stay at or below the answered value. With `targetOverload` it holds until a choice. */
  readonly quantile: number;
  /** `observe` answers the observed value. */
  readonly mode: 'predict' | 'observe';
  readonly seasonality: 'auto' | readonly number[];
  readonly timezone: string;
  readonly minValue: number | undefined;
  readonly maxValue: number | undefined;
  /** Whether an empty result reads as 0. */
  readonly ignoreNullValues: boolean;
  /** Name of a file with the load from before the source knew it. */
  readonly bootstrap: string | undefined;
  /** What the user should know, for log and page: unknown keys, rounded values, settings without effect. */
  readonly notices: readonly string[];
}

/** Where KEDA reaches the scaler of the usual installation. */
export const USUAL_SCALER_ADDRESS = 'predictive-scaler.predictive-scaler:50051';

/** Where history comes from: a named source of the configuration, or an address on its allow-list. */
export type TriggerSource =
  | { readonly kind: 'named'; readonly name: string }
  | {
      readonly kind: 'address';
      readonly address: string;
      /** Ascending by name, as the parameters are, so that what means the same is equal. */
      readonly headers: Readonly<Record<string, string>>;
      readonly queryParameters: Readonly<Record<string, string>>;
    };
