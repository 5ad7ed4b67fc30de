import type { Series } from '../forecast/types.js';
import { ScalerError } from '../shared/errors.js';
import { heartbeatQuery } from './absence.js';
import { Backoff } from './backoff.js';
import { Bootstrap } from './bootstrap.js';
import type { HistoryRequest, HistorySource, HistorySources, Observation, OpenSource } from './types.js';
import { HistoryWindow, type WindowOptions } from './window.js';

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

/** How a store reads. */
export interface WindowStoreOptions extends AskingTimes {
  /** Folder of the files that triggers name as `bootstrap`. @default none */
  readonly bootstrapFolder?: string;
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
   * with the first known step; short gaps are bridged, long ones and unknown newest steps are NaN, or 0 where the
   * query had no series and that reads as 0; empty when nothing is known. A copy that belongs to the caller, so that it may be transferred to a worker.
   *
   * @param fromSeconds what is needed begins here; the copy begins there or a little earlier
   */
  series(fromSeconds?: number): Series;
  /** Until when the newest `series` holds the bootstrap's file and not the source; undefined for all of the source. */
  readonly bootstrapUntilSeconds: number | undefined;
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

/** One user's share in a window that others may use too. */
interface Share {
  readonly window: HistoryWindow;
  leave(): void;
}

/**
 * Every history window in use, one for each distinct source, query and step of a namespace. Namespaces share none: one
 * could make another's fetch wait among its own, or fail with it, by asking the same.
 */
export class WindowStore {
  readonly #sources: HistorySources;
  readonly #times: Required<AskingTimes>;
  readonly #bootstrapFolder: string | undefined;
  readonly #entries = new Map<string, Entry>();

  constructor(sources: HistorySources, { bootstrapFolder, ...times }: WindowStoreOptions = {}) {
    this.#sources = sources;
    this.#times = { settleSeconds: defaultSettleSeconds, lateness: () => 0, ...times };
    this.#bootstrapFolder = bootstrapFolder;
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
    const { settleSeconds, lateness } = this.#times;
    const lateSeconds = lateness(query) * Math.min(spreadShare * stepSeconds, longestSpreadSeconds);
    const options = { query, stepSeconds, settleSeconds: settleSeconds + lateSeconds };
    const key = JSON.stringify([namespace, source.key, query, stepSeconds]);
    const { window, leave } = this.#join(key, steps, source.history, options);
    const absence = request.ignoreNullValues ? this.#absence(source, window, steps, stepSeconds) : undefined;
    const read = (fromSeconds?: number) => window.series(steps, fromSeconds, absence?.heartbeat);
    const bootstrap = this.#bootstrap(request, window, steps, read);
    let isReleased = false;
    return {
      refresh: async (nowSeconds, signal) => {
        await window.refresh(steps, nowSeconds, signal, namespace);
        await absence?.refresh(nowSeconds, signal);
        await bootstrap?.refresh();
      },
      observe: (nowSeconds, signal) => window.observe(nowSeconds, signal, namespace),
      series: bootstrap?.series ?? read,
      get bootstrapUntilSeconds() {
        return bootstrap?.untilSeconds();
      },
      sourceSeconds: (nowSeconds) => window.sourceSeconds(nowSeconds),
      nextStepFinalSeconds: (nowSeconds) => window.nextStepFinalSeconds(nowSeconds),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        leave();
        absence?.leave();
        source.release();
      },
    };
  }

  /** What a request's file adds to what the source knows. It is read once the source turns out not to have it all. */
  #bootstrap(
    { bootstrap: name, stepSeconds }: HistoryRequest,
    window: HistoryWindow,
    steps: number,
    read: () => Series,
  ) {
    const folder = this.#bootstrapFolder;
    if (name === undefined || folder === undefined) return undefined;
    const bootstrap = new Bootstrap(folder, name, stepSeconds);
    const fromSeconds = () => Math.max(0, window.end - steps) * stepSeconds;
    let untilSeconds: number | undefined;
    return {
      refresh: async () => {
        const known = read();
        if (known.values.length === 0 || known.startSeconds > fromSeconds()) await bootstrap.load();
      },
      series: () => {
        const known = read();
        const endSeconds = window.end * stepSeconds;
        const whole = bootstrap.before(known, fromSeconds(), endSeconds);
        const start = known.values.length > 0 ? known.startSeconds : endSeconds;
        untilSeconds = whole.values.length > 0 && whole.startSeconds < start ? start : undefined;
        return whole;
      },
      untilSeconds: () => untilSeconds,
    };
  }

  /** The source's heartbeat, once a window has an absence that it may explain. */
  #absence({ key, history }: OpenSource, window: HistoryWindow, steps: number, stepSeconds: number) {
    const backoff = new Backoff();
    let share: Share | undefined;
    let lookedAt: number | undefined;
    let isReleased = false;
    return {
      get heartbeat() {
        return share?.window;
      },
      refresh: async (nowSeconds: number, signal?: AbortSignal) => {
        const isChanged = window.end !== lookedAt;
        lookedAt = window.end;
        if (isReleased || (!share && !(isChanged && window.hasAbsence(steps)))) return;
        // Of no namespace: the query is not a tenant's, and one heartbeat serves all.
        share ??= this.#join(JSON.stringify([key, stepSeconds]), steps, heartbeatOf(history), {
          query: heartbeatQuery,
          stepSeconds,
          settleSeconds: this.#times.settleSeconds,
        });
        if (backoff.isWaiting(nowSeconds)) return;
        try {
          await share.window.refresh(steps, nowSeconds, signal);
          backoff.succeeded();
        } catch (error) {
          // The source has told about it. The load is known all the same.
          if (!(error instanceof ScalerError)) throw error;
          backoff.failed(nowSeconds, error);
        }
      },
      leave: () => {
        isReleased = true;
        share?.leave();
      },
    };
  }

  /** Takes a share in the window of that key, which is made for its first user and dropped with the last. */
  #join(key: string, steps: number, source: HistorySource, options: WindowOptions): Share {
    const entry = this.#entries.get(key) ?? {
      window: new HistoryWindow(source, options, steps),
      wanted: new Map<symbol, number>(),
    };
    this.#entries.set(key, entry);
    const { window, wanted } = entry;
    const id = Symbol();
    wanted.set(id, steps);
    if (steps > window.capacity) window.resize(steps);
    return {
      window,
      leave: () => {
        wanted.delete(id);
        if (wanted.size === 0) {
          this.#entries.delete(key);
          window.close();
        } else if (steps === window.capacity) window.resize(Math.max(...wanted.values()));
      },
    };
  }
}

/** A source whose only query is its heartbeat. */
function heartbeatOf(source: HistorySource): HistorySource {
  return {
    get clockOffsetSeconds() {
      return source.clockOffsetSeconds;
    },
    sliceSteps: () => Number.POSITIVE_INFINITY,
    range: (_query, from, to, stepSeconds, signal) => source.heartbeat(from, to, stepSeconds, signal),
    heartbeat: source.heartbeat.bind(source),
    instant: source.instant.bind(source),
  };
}
