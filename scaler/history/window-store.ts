import type { Series } from '../forecast/types.js';
import type { HistoryRequest, HistorySources, Observation, OpenSource } from './types.js';
import { HistoryWindow } from './window.js';

/**
 * Seconds after its end that a step is left to settle: two scrapes at the usual 15 s, or one evaluation of recording
 * rules at 30 s, and the few seconds of a remote write.
 */
const defaultSettleSeconds = 30;

/** Steps of all queries end at the same moment; they are asked for over this share of a step, and this time at most. */
const spreadShare = 0.2;
const longestSpreadSeconds = 60;

/** When steps are asked for. */
export interface AskingTimes {
  /** Seconds after its end that a step is left to settle. @default 30 */
  readonly settleSeconds?: number;
  /** A number in [0, 1) for each query, equal in every replica: how late it asks among the others. @default 0 for all */
  readonly lateness?: (query: string) => number;
}

/** One trigger's share in a window. */
export interface WindowHandle {
  /**
   * Fetches what is missing of this trigger's history up to the last final step; nothing when nothing is. Triggers
   * that ask at the same time share one fetch, and an aborted caller does not end it for the others.
   * @throws ScalerError of kind `unavailable`, `rejected` or `invalid`; what was known stays.
   */
  refresh(nowSeconds: number, signal?: AbortSignal): Promise<void>;
  /** The query's value now; triggers that ask within a second share one query. Errors as for `refresh`. */
  observe(nowSeconds: number, signal?: AbortSignal): Promise<Observation>;
  /**
   * This trigger's history up to the last final step of the last refresh, at most `historySeconds` long. It begins
   * with the first known step; short gaps are bridged, long ones and unknown newest steps are NaN; empty when nothing
   * is known. A copy that belongs to the caller, so that it may be transferred to a worker.
   *
   * @param fromSeconds what is needed begins here; the copy begins there or a little earlier
   */
  series(fromSeconds?: number): Series;
  /** What the source's clock, which dates everything held, says at a moment of this machine's. */
  sourceSeconds(nowSeconds: number): number;
  /**
   * When the next refresh has something to fetch: a step's end and the time it takes to settle. By the source's clock,
   * as is `nowSeconds`.
   */
  nextStepFinalSeconds(nowSeconds: number): number;
  /** Gives the share up. The last one drops the window and aborts what is under way. */
  release(): void;
}

interface Entry {
  readonly window: HistoryWindow;
  /** Steps that each open handle wants. */
  readonly wanted: Map<symbol, number>;
}

/**
 * Every history window in use, one for each distinct source, query and step of a namespace. Namespaces share none: one
 * could make another's fetch wait among its own, or fail with it, by asking the same.
 */
export class WindowStore {
  readonly #sources: HistorySources;
  readonly #times: Required<AskingTimes>;
  readonly #entries = new Map<string, Entry>();

  constructor(sources: HistorySources, times: AskingTimes = {}) {
    this.#sources = sources;
    this.#times = { settleSeconds: defaultSettleSeconds, lateness: () => 0, ...times };
  }

  /** Windows in use. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * A share in the window for a request. Nothing is fetched yet.
   * @throws ScalerError of kind `invalid` when the source is unknown or not allowed.
   */
  window(request: HistoryRequest): WindowHandle {
    const { query, stepSeconds, historySeconds, namespace } = request;
    if (!Number.isInteger(stepSeconds) || stepSeconds <= 0)
      throw new RangeError(`stepSeconds must be a positive whole number, got ${stepSeconds}`);
    const steps = Math.max(1, Math.ceil(historySeconds / stepSeconds));
    const source = this.#sources.open(request.source, namespace);
    const key = JSON.stringify([namespace, source.key, query, stepSeconds]);
    const entry = this.#entries.get(key) ?? this.#create(key, source, query, stepSeconds, steps);
    const { window, wanted } = entry;
    const id = Symbol();
    wanted.set(id, steps);
    if (steps > window.capacity) window.resize(steps);
    return {
      refresh: (nowSeconds, signal) => window.refresh(steps, nowSeconds, signal, namespace),
      observe: (nowSeconds, signal) => window.observe(nowSeconds, signal, namespace),
      series: (fromSeconds) => window.series(steps, fromSeconds),
      sourceSeconds: (nowSeconds) => window.sourceSeconds(nowSeconds),
      nextStepFinalSeconds: (nowSeconds) => window.nextStepFinalSeconds(nowSeconds),
      release: () => {
        if (!wanted.delete(id)) return;
        if (wanted.size === 0) {
          this.#entries.delete(key);
          window.close();
        } else if (steps === window.capacity) {
          window.resize(Math.max(...wanted.values()));
        }
        source.release();
      },
    };
  }

  #create(key: string, source: OpenSource, query: string, stepSeconds: number, steps: number): Entry {
    const { settleSeconds, lateness } = this.#times;
    const lateSeconds = lateness(query) * Math.min(spreadShare * stepSeconds, longestSpreadSeconds);
    const options = { query, stepSeconds, settleSeconds: settleSeconds + lateSeconds };
    const entry = { window: new HistoryWindow(source.history, options, steps), wanted: new Map() };
    this.#entries.set(key, entry);
    return entry;
  }
}
