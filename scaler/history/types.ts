import type { Series } from '../forecast/types.js';
import type { Trigger } from '../trigger/trigger.js';

/** The load now, from an instant query. */
export interface Observation {
  /** undefined when the result is empty or not a finite number. */
  readonly value: number | undefined;
  readonly atSeconds: number;
}

/** The history that a trigger needs. Triggers of a namespace with the same source, query and step share a window. */
export interface HistoryRequest
  extends Pick<Trigger, 'source' | 'query' | 'stepSeconds' | 'historySeconds'>,
    Partial<Pick<Trigger, 'namespace' | 'ignoreNullValues' | 'bootstrap'>> {
  /** In [0, 1), the same in every replica: when it asks for new steps, so that queries are spread. @default 0 */
  readonly lateness?: number;
  /** Whether short gaps stay NaN. @default false: they are bridged */
  readonly keepsGaps?: boolean;
}

/** The past and the present of one trigger's query. */
export interface TriggerHistory {
  /** Fetches what is missing up to the last final step. @throws ScalerError of any kind; what was known stays */
  refresh(nowSeconds: number): Promise<void>;
  /** The load now; triggers that ask within a second share one query. Errors as for `refresh`. */
  observe(nowSeconds: number): Promise<Observation>;
  /**
   * A copy of the history from the first known step to the last final step of the last refresh, at most
   * `historySeconds` long. Gaps that are not bridged and unknown newest steps are NaN, or 0 where empty reads as 0.
   * @param fromSeconds the copy begins here or a little earlier
   */
  series(fromSeconds?: number): Series;
  /** How often a part of the past came that had been empty before, which is worth a new fit. */
  readonly lateArrivals?: number;
  /** Until when the newest `series` is from the bootstrap file; undefined when all of it is from the source. */
  readonly bootstrapUntilSeconds?: number | undefined;
  /** Time of this machine as time of the source, whose clock dates everything held. */
  sourceSeconds(nowSeconds: number): number;
  /** When the next step after `nowSeconds` becomes final; both by the source's clock. */
  nextStepFinalSeconds(nowSeconds: number): number;
  /** Gives up this trigger's share. The last one drops the window and aborts its requests. */
  release(): void;
}

/** Opens the history of triggers. */
export interface HistoryProvider {
  /**
   * A share in the window for a request. Nothing is fetched yet.
   * @throws ScalerError of kind `invalid` when there is no such source or the address is not on the allow-list, of kind
   *   `rejected` when the namespace uses too many addresses
   */
  window(request: HistoryRequest): TriggerHistory;
}

/** A source of history: a Prometheus, or what stands for one in tests. */
export interface HistorySource {
  /** Its clock less that of this machine, as far as its answers have shown. */
  readonly clockOffsetSeconds: number;
  /** Most steps of one request for a range, or for the heartbeat, of which a step has one sample. */
  sliceSteps(stepSeconds: number, isHeartbeat?: boolean): number;
  /**
   * Mean and maximum of each step that begins in `[fromSeconds, toSeconds)`, both multiples of the step; NaN where
   * nothing is known: `sliceSteps` of them at most. Series that follow each other, as when a pod is replaced, count as one.
   * @param namespace that asks; namespaces take turns
   * @param resolutionSeconds between two samples inside a step; divides it. @default the source's own
   * @throws ScalerError of kind `unavailable` (no answer), `rejected` (several series, bad query) or `invalid` (an
   *   address that is not allowed); the signal's reason when it is aborted
   */
  range(
    query: string,
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
    namespace?: string,
    resolutionSeconds?: number,
  ): Promise<Series>;
  /** Above 0 for steps at whose begin the source was recording, NaN or 0 for others. Grid and errors as for `range`. */
  heartbeat(
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
  ): Promise<Series>;
  /** The value at `atSeconds`. Errors as for `range`. */
  instant(query: string, atSeconds: number, signal?: AbortSignal, namespace?: string): Promise<Observation>;
}
