import { ScalerError } from '../shared/errors.js';
import { heartbeatQuery } from './absence.js';
import { Backoff } from './backoff.js';
import { Bootstrap } from './bootstrap.js';
import type { HistoryProvider, HistoryRequest, HistorySources, OpenSource, TriggerHistory } from './types.js';
import { HistoryWindow, type WindowOptions } from './window.js';

/**
 * Seconds after its end that a step is left to settle: two scrapes at the usual 15 s, or one evaluation of recording
 * rules at 30 s, and the few seconds of a remote write.
 */
const defaultSettleSeconds = 30;

/** Steps of all queries end at the same moment; they are asked for over this share of a step, and this time at most. */
const spreadShare = 0.2;
const longestSpreadSeconds = 60;

/** How a store reads. */
export interface WindowStoreOptions {
  /** Seconds after its end that a step is left to settle. @default 30 */
  readonly settleSeconds?: number;
  /** Folder of the files that triggers name as `bootstrap`. @default none */
  readonly bootstrapFolder?: string;
}

interface Entry {
  readonly window: HistoryWindow;
  /** Steps that each user wants. */
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
export class WindowStore implements HistoryProvider {
  readonly #sources: HistorySources;
  readonly #settleSeconds: number;
  readonly #bootstrapFolder: string | undefined;
  readonly #entries = new Map<string, Entry>();

  constructor(sources: HistorySources, options: WindowStoreOptions = {}) {
    this.#sources = sources;
    this.#settleSeconds = options.settleSeconds ?? defaultSettleSeconds;
    this.#bootstrapFolder = options.bootstrapFolder;
  }

  /** Windows in use. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * A share in the window for a request. Nothing is fetched yet.
   * @throws ScalerError of kind `invalid` when the source is unknown or not allowed.
   */
  window(request: HistoryRequest): TriggerHistory {
    const { query, stepSeconds, historySeconds, namespace, lateness = 0 } = request;
    if (!Number.isInteger(stepSeconds) || stepSeconds <= 0)
      throw new RangeError(`stepSeconds must be a positive whole number, got ${stepSeconds}`);
    const steps = Math.max(1, Math.ceil(historySeconds / stepSeconds));
    const source = this.#sources.open(request.source, namespace);
    const lateSeconds = lateness * Math.min(spreadShare * stepSeconds, longestSpreadSeconds);
    const settleSeconds = this.#settleSeconds + lateSeconds;
    const options = { query, namespace, stepSeconds, settleSeconds };
    const { window, leave } = this.#join(source, steps, options);
    const absence = request.ignoreNullValues ? this.#absence(source, window, steps, stepSeconds) : undefined;
    const read = (fromSeconds?: number) => window.series(steps, fromSeconds, absence?.heartbeat());
    const bootstrap =
      request.bootstrap !== undefined && this.#bootstrapFolder !== undefined
        ? new Bootstrap(this.#bootstrapFolder, request.bootstrap, stepSeconds)
        : undefined;
    const startSeconds = () => Math.max(0, window.end - steps) * stepSeconds;
    let isReleased = false;
    return {
      refresh: async (nowSeconds, signal) => {
        await window.refresh(steps, nowSeconds, signal);
        await absence?.refresh(nowSeconds, signal);
        if (bootstrap === undefined) return;
        const known = read();
        const isWhole = known.values.length > 0 && known.startSeconds <= startSeconds();
        if (!isWhole) await bootstrap.load();
      },
      observe: (nowSeconds, signal) => window.observe(nowSeconds, signal),
      series: (fromSeconds) =>
        bootstrap?.before(read(), startSeconds(), window.end * stepSeconds) ?? read(fromSeconds),
      get bootstrapUntilSeconds() {
        return bootstrap?.untilSeconds;
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

  /** The source's heartbeat, once a window has an absence that it may explain. One serves all namespaces. */
  #absence(source: OpenSource, window: HistoryWindow, steps: number, stepSeconds: number) {
    const backoff = new Backoff();
    let share: Share | undefined;
    let lookedAt: number | undefined;
    let isReleased = false;
    return {
      heartbeat: () => share?.window,
      refresh: async (nowSeconds: number, signal?: AbortSignal) => {
        const isChanged = window.end !== lookedAt;
        lookedAt = window.end;
        if (isReleased || (!share && !(isChanged && window.hasAbsence(steps)))) return;
        const heartbeat = { query: heartbeatQuery, isHeartbeat: true, stepSeconds };
        share ??= this.#join(source, steps, { ...heartbeat, settleSeconds: this.#settleSeconds });
        if (backoff.isWaiting(nowSeconds)) return;
        try {
          await share.window.refresh(steps, nowSeconds, signal);
          backoff.succeeded();
        } catch (error) {
          // The source has reported it, and the load is known without the heartbeat.
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

  /** Takes a share in a window, which is made for its first user and dropped with the last. */
  #join({ key, history }: OpenSource, steps: number, options: WindowOptions): Share {
    const { query, namespace, isHeartbeat, stepSeconds } = options;
    const id = JSON.stringify([key, query, isHeartbeat, namespace, stepSeconds]);
    const { window, wanted } =
      this.#entries.get(id) ??
      ({ window: new HistoryWindow(history, options, steps), wanted: new Map() } satisfies Entry);
    this.#entries.set(id, { window, wanted });
    const user = Symbol();
    wanted.set(user, steps);
    if (steps > window.capacity) window.resize(steps);
    return {
      window,
      leave: () => {
        wanted.delete(user);
        if (wanted.size === 0) {
          this.#entries.delete(id);
          window.close();
        } else if (steps === window.capacity) window.resize(Math.max(...wanted.values()));
      },
    };
  }
}
