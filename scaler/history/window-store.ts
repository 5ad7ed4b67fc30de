import { ScalerError } from '../shared/errors.js';
import { HEARTBEAT_QUERY } from './absence.js';
import { Bootstrap } from './bootstrap.js';
import type { HistoryRequest, HistorySource, TriggerHistory } from './types.js';
import { HistoryWindow, type WindowOptions } from './window.js';

/** How long a step settles after its end: two scrapes of 15 s, or one evaluation of recording rules. */
const DEFAULT_SETTLE_SECONDS = 30;

/** All steps end at the same moment; queries for them are spread over this share of a step, and this time at most. */
const SPREAD_SHARE = 0.2;
const LONGEST_SPREAD_SECONDS = 60;

/** How windows are read. */
export interface WindowStoreOptions {
  /** How long a step settles after its end. @default 30 */
  readonly settleSeconds?: number;
  /** Folder of the files that triggers name as `bootstrap`. @default none */
  readonly bootstrapFolder?: string;
}

/**
 * The history windows of one source, one for each query and step of a namespace. Namespaces share none: otherwise one
 * could delay the fetch of another, or make it fail, by asking the same. A window lives from its first user to its
 * last, and so does the store.
 */
export class WindowStore {
  /** By namespace, and there by query and step. */
  readonly #windows = new Map<string, Map<string, HistoryWindow>>();

  /**
   * @param key of the source: its name, or its address with a digest of headers and parameters
   * @param onUnused called when the last window has ended
   */
  constructor(
    readonly key: string,
    readonly history: HistorySource,
    readonly options: WindowStoreOptions,
    readonly onUnused: () => void,
  ) {}

  /** Whether a namespace has windows here. */
  isUsedBy(namespace: string): boolean {
    return this.#windows.has(namespace);
  }

  /** A share in the window for a request. Nothing is fetched yet. */
  window(request: Omit<HistoryRequest, 'source'>): TriggerHistory {
    const { query, stepSeconds, historySeconds, namespace = '', lateness = 0, keepsGaps = false } = request;
    const { settleSeconds = DEFAULT_SETTLE_SECONDS, bootstrapFolder } = this.options;
    const steps = Math.max(1, Math.ceil(historySeconds / stepSeconds));
    const lateSeconds = lateness * Math.min(SPREAD_SHARE * stepSeconds, LONGEST_SPREAD_SECONDS);
    const own = { query, namespace, stepSeconds, settleSeconds: settleSeconds + lateSeconds, lateness };
    const { window, leave } = this.#join(steps, own);
    // Read only when the window has an absence that it may explain; all namespaces share it.
    const heartbeatOptions = { query: HEARTBEAT_QUERY, isHeartbeat: true, stepSeconds, settleSeconds };
    let heartbeat: { readonly window: HistoryWindow; leave(): void } | undefined;
    let lookedAt: { readonly end: number; readonly lateArrivals: number } | undefined;
    let isReleased = false;
    const refreshHeartbeat = async (nowSeconds: number): Promise<void> => {
      const { end, lateArrivals } = window;
      const isChanged = end !== lookedAt?.end || lateArrivals !== lookedAt.lateArrivals;
      lookedAt = { end, lateArrivals };
      if (heartbeat === undefined && !(isChanged && window.hasAbsence(steps))) return;
      heartbeat ??= this.#join(steps, heartbeatOptions);
      await heartbeat.window.refresh(steps, nowSeconds).catch((error) => {
        // The source has reported it already.
        if (!(error instanceof ScalerError)) throw error;
      });
    };
    const read = (fromSeconds?: number) => window.series(steps, fromSeconds, heartbeat?.window, keepsGaps);
    const bootstrap =
      request.bootstrap !== undefined && bootstrapFolder !== undefined
        ? new Bootstrap(bootstrapFolder, request.bootstrap, stepSeconds)
        : undefined;
    const startSeconds = () => Math.max(0, window.end - steps) * stepSeconds;
    return {
      refresh: async (nowSeconds) => {
        await window.refresh(steps, nowSeconds);
        if (request.ignoreNullValues && !isReleased) await refreshHeartbeat(nowSeconds);
        if (bootstrap === undefined) return;
        const known = read();
        const isWhole = known.values.length > 0 && known.startSeconds <= startSeconds();
        if (!isWhole) await bootstrap.load();
      },
      observe: (nowSeconds) => window.observe(nowSeconds),
      series: (fromSeconds) =>
        bootstrap?.before(read(), startSeconds(), window.end * stepSeconds) ?? read(fromSeconds),
      get lateArrivals() {
        return window.lateArrivals + (heartbeat?.window.lateArrivals ?? 0);
      },
      get bootstrapUntilSeconds() {
        return bootstrap?.untilSeconds;
      },
      sourceSeconds: (nowSeconds) => window.sourceSeconds(nowSeconds),
      nextStepFinalSeconds: (nowSeconds) => window.nextStepFinalSeconds(nowSeconds),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        heartbeat?.leave();
        leave();
      },
    };
  }

  #join(steps: number, options: WindowOptions): { readonly window: HistoryWindow; leave(): void } {
    const { namespace = '', query, isHeartbeat, stepSeconds } = options;
    const windows = this.#windows.get(namespace) ?? new Map<string, HistoryWindow>();
    const id = JSON.stringify([query, isHeartbeat, stepSeconds]);
    const window = windows.get(id) ?? new HistoryWindow(this.history, options);
    this.#windows.set(namespace, windows.set(id, window));
    const giveUp = window.join(steps);
    const leave = (): void => {
      if (giveUp()) return;
      windows.delete(id);
      if (windows.size === 0) this.#windows.delete(namespace);
      if (this.#windows.size === 0) this.onUnused();
    };
    return { window, leave };
  }
}
