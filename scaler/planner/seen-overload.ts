import type { Series } from '../forecast/index.js';
import type { HistoryProvider, TriggerHistory } from '../history/types.js';
import { overloadQuery } from '../history/workload-queries.js';
import type { Trigger } from '../trigger/trigger.js';
import { historyError } from './plan-answer.js';
import { tickSeconds } from './schedule.js';
import type { SpanShares } from './types.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** How much of the past is held. */
export const SEEN_SECONDS = 7 * DAY_SECONDS;

/** A span of which less is known has no share. */
const LEAST_KNOWN_SHARE = 0.5;

/** The measured overload of a workload, where kube-state-metrics is in the source. */
export class SeenOverload {
  /** Stay as they are while the source does not answer. */
  shares: SpanShares = { day: undefined, week: undefined };
  /** Why the newest read failed; undefined when it did not, and before the first. */
  problem: string | undefined;
  readonly #history: TriggerHistory;
  #refreshedAtSeconds = Number.NEGATIVE_INFINITY;

  /**
   * @param phase in [0, 1): where in the hour it is read
   * @throws ScalerError as `HistoryProvider.window` does
   */
  constructor(
    readonly trigger: Trigger,
    provider: HistoryProvider,
    readonly phase: number,
  ) {
    const { source, namespace, stepSeconds } = trigger;
    this.#history = provider.window({
      source,
      namespace,
      query: overloadQuery(trigger),
      stepSeconds,
      historySeconds: SEEN_SECONDS,
      lateness: phase,
    });
  }

  /** Reads what is new, once an hour, into `shares` or `problem`. */
  async refresh(nowSeconds: number): Promise<void> {
    const dueSeconds = tickSeconds(nowSeconds, HOUR_SECONDS, this.phase * HOUR_SECONDS);
    if (this.#refreshedAtSeconds >= dueSeconds) return;
    try {
      await this.#history.refresh(nowSeconds);
      this.#refreshedAtSeconds = dueSeconds;
      const seen = this.#history.series();
      this.shares = { day: meanShare(seen, DAY_SECONDS), week: meanShare(seen, SEEN_SECONDS) };
      this.problem = undefined;
    } catch (error) {
      this.problem = historyError(error, this.trigger).message;
    }
  }

  release(): void {
    this.#history.release();
  }
}

function meanShare(series: Series, spanSeconds: number): number | undefined {
  const { values, stepSeconds } = series;
  const steps = Math.round(spanSeconds / stepSeconds);
  const known = values.slice(-steps).filter((value) => !Number.isNaN(value));
  if (known.length < LEAST_KNOWN_SHARE * steps) return undefined;
  return known.reduce((sum, share) => sum + share, 0) / known.length;
}
