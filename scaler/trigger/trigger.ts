import type { CalendarKeys } from '../calendar/types.js';

/** One trigger of a ScaledObject: its metadata, checked and complete. Durations are seconds. Frozen. */
export interface Trigger extends CalendarKeys {
  /** Name of the ScaledObject. */
  readonly scaledObject: string;
  readonly namespace: string;
  /** Lower case, DNS-safe. Triggers of one ScaledObject may share it: KEDA adds a prefix of its own. */
  readonly metricName: string;
  /** PromQL that gives one series. */
  readonly query: string;
  /** Load that one replica carries, in the query's unit. */
  readonly threshold: number;
  /** The workload is active when the load, as observed or as forecast, is strictly above this. */
  readonly activationThreshold: number;
  /** Name of a source in the scaler's configuration, or an address on its allow-list. */
  readonly source: TriggerSource;
  /** Share of time in which the load may be above what the ready pods carry; undefined where `quantile` decides alone. */
  readonly targetOverload: number | undefined;
  /** Load that one ready replica carries at most, in the query's unit; not below `threshold`. */
  readonly capacity: number;
  /** From the creation of a pod until it is ready; at most the horizon, which stands for it where it is not known. */
  readonly podStartupSeconds: number;
  /** Whether `podStartupSeconds` is to be measured. */
  readonly measuresPodStartup: boolean;
  /** Whether the horizon follows from `podStartupSeconds`. */
  readonly horizonFollows: boolean;
  readonly horizonSeconds: number;
  readonly historySeconds: number;
  readonly stepSeconds: number;
  /**
   * Share of peaks over the horizon that should stay at or below the answered value: between 0 and 1. With
   * `targetOverload` it holds until there is enough history to choose another.
   */
  readonly quantile: number;
  /** `observe` forecasts, exports and charts, and answers the observed value. */
  readonly mode: 'predict' | 'observe';
  readonly seasonality: 'auto' | readonly number[];
  readonly timezone: string;
  readonly minValue: number | undefined;
  readonly maxValue: number | undefined;
  /** Whether an empty result reads as 0. */
  readonly ignoreNullValues: boolean;
  /** Name of the operator's file with the load from before the source knew it. */
  readonly bootstrap: string | undefined;
  /**
   * What was accepted but the user should know: keys that are not known here, values rounded, settings without effect.
   * Written for the user, free of secrets; to be logged once and shown on the status page.
   */
  readonly notices: readonly string[];
}

/** Where KEDA reaches the scaler of the usual installation: Service and namespace have the project's name. */
export const USUAL_SCALER_ADDRESS = 'predictive-scaler.predictive-scaler:50051';

/**
 * Where a trigger's history comes from: a named source of the configuration, or an address given in the metadata with
 * what KEDA's prometheus scaler lets a trigger say about it.
 */
export type TriggerSource =
  | { readonly kind: 'named'; readonly name: string }
  | {
      readonly kind: 'address';
      readonly address: string;
      /** By name, ascending, and so are the parameters: what means the same is the same text. */
      readonly headers: Readonly<Record<string, string>>;
      readonly queryParameters: Readonly<Record<string, string>>;
    };
