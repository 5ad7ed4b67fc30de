import type { Series } from '../forecast/types.js';
import type { Trigger } from '../trigger/trigger.js';

/** The load right now, as an instant query gave it. */
export interface Observation {
  /** undefined when the query's result is empty (which is not zero) or not a finite number. */
  readonly value: number | undefined;
  readonly atSeconds: number;
}

/** What a trigger asks of the past. Triggers of a namespace with an equal source, query and step share one window. */
export interface HistoryRequest
  extends Pick<Trigger, 'source' | 'query' | 'stepSeconds' | 'historySeconds'>,
    Partial<Pick<Trigger, 'namespace' | 'ignoreNullValues' | 'bootstrap'>> {
  /** In [0, 1), equal in every replica: how late it asks for new steps among other queries. @default 0 */
  readonly lateness?: number;
  /** Whether unknown steps stay NaN where they are few. @default false: short gaps are bridged */
  readonly keepsGaps?: boolean;
}

/** The past and the present of one trigger's query. */
export interface TriggerHistory {
  /**
   * Fetches what is missing of the history up to the last final step.
   * @throws ScalerError of kind `unavailable`, `rejected` or `invalid`; what was known stays.
   */
  refresh(nowSeconds: number): Promise<void>;
  /** The query's value now; triggers that ask within a second share one query. Errors as for `refresh`. */
  observe(nowSeconds: number): Promise<Observation>;
  /**
   * A copy of the history up to the last final step of the last refresh, at most `historySeconds` long, from the first
   * known step on. Short gaps are bridged unless `keepsGaps`, long ones and unknown newest steps are NaN, or 0 where empty
   * reads as 0.
   * @param fromSeconds what is needed begins here; the copy begins there or a little earlier
   */
  series(fromSeconds?: number): Series;
  /** How many times a part of the past came although it had been asked for before and was empty: a new fit is worth it. */
  readonly lateArrivals?: number;
  /** Until when the newest `series` holds the bootstrap file and not the source; undefined for all of the source. */
  readonly bootstrapUntilSeconds?: number | undefined;
  /** What the source's clock, which dates everything held, says at a moment of this machine's. */
  sourceSeconds(nowSeconds: number): number;
  /** When the first step after those final at `nowSeconds` becomes final; both by the source's clock. */
  nextStepFinalSeconds(nowSeconds: number): number;
  /** Gives up this trigger's share. The last one drops the window and aborts what is under way. */
  release(): void;
}

/** Opens the history of a trigger's query; triggers that ask the same share one window. */
export interface HistoryProvider {
  /**
   * A share in the window for a request. Nothing is fetched yet.
   * @throws ScalerError of kind `invalid` when no source has that name or the address is not on the allow-list, of kind
   *   `rejected` when the namespace uses too many addresses.
   */
  window(request: HistoryRequest): TriggerHistory;
}

/** Where the past and the present come from: a Prometheus, and what stands for one in tests. */
export interface HistorySource {
  /** How far its clock is from this machine's, as far as its answers have shown. It dates what it holds. */
  readonly clockOffsetSeconds: number;
  /** Steps that one request covers: a longer range is asked for in parts of this length. */
  sliceSteps(stepSeconds: number): number;
  /**
   * Mean and maximum of each step that begins in `[fromSeconds, toSeconds)`; both are multiples of the step. The
   * series has one entry for each of these steps, NaN where nothing is known. Series that follow each other, as when a
   * pod is replaced, count as one.
   * @param namespace on whose behalf it is asked; namespaces take turns.
   * @param resolutionSeconds between two samples inside a step; divides it. @default the source's own
   * @throws ScalerError of kind `unavailable` (no answer), `rejected` (several series, bad query) or `invalid` (an
   *   address that turns out not to be allowed); the signal's reason when it is aborted.
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
  /**
   * Above 0 for steps at whose beginning the source was recording anything, and NaN or 0 for others: so that an absent
   * series can be told from an outage. Grid and errors as for `range`.
   */
  heartbeat(
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
  ): Promise<Series>;
  /** The value at `atSeconds`. Errors as for `range`. */
  instant(query: string, atSeconds: number, signal?: AbortSignal, namespace?: string): Promise<Observation>;
}
