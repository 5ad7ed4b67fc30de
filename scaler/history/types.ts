import type { Series } from '../forecast/types.js';

/** The load right now, as an instant query gave it. */
export interface Observation {
  /** undefined when the query's result is empty (which is not zero). */
  readonly value: number | undefined;
  readonly atSeconds: number;
}

/** What a trigger asks of the past. Triggers with an equal request share one fetch and one window. */
export interface HistoryRequest {
  /** Identity of the source: its name, or its address with headers and parameters. */
  readonly sourceKey: string;
  readonly query: string;
  readonly stepSeconds: number;
  readonly historySeconds: number;
}

/** Where the past and the present come from. Prometheus in the product, a CSV in replay, a simulation in the demo. */
export interface HistorySource {
  /**
   * Mean and maximum of each step that begins in `[fromSeconds, toSeconds)`; both are multiples of the step.
   * @throws ScalerError of kind `unavailable` (no answer) or `rejected` (several series, bad query).
   */
  range(
    query: string,
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
  ): Promise<Series>;
  /** The value at `atSeconds`. Errors as for `range`. */
  instant(query: string, atSeconds: number, signal?: AbortSignal): Promise<Observation>;
}
