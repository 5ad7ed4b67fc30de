import type { Series } from '../forecast/index.js';
import type { HistoryProvider, TriggerHistory } from '../history/types.js';
import { overloadQuery } from '../history/workload-queries.js';
import type { Trigger } from '../trigger/trigger.js';
import { tickSeconds } from './schedule.js';
import type { SpanShares } from './types.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** A span of which less is known has no share. */
const LEAST_KNOWN_SHARE = 0.5;

/** The measured overload of a workload, where kube-state-metrics is in the source. */
export class SeenOverload {
  readonly #history: TriggerHistory;
  #refreshedAtSeconds = Number.NEGATIVE_INFINITY;

  /**
   * @param phase in [0, 1): where in the hour it is read
   * @throws ScalerError as `HistoryProvider.window` does
   */
  constructor(
    trigger: Trigger,
    provider: HistoryProvider,
    readonly phase: number,
  ) {
    const { source, namespace, stepSeconds } = trigger;
    this.#history = provider.window({
      source,
      namespace,
      query: overloadQuery(trigger),
      stepSeconds,
      historySeconds: WEEK_SECONDS,
      lateness: phase,
    });
  }

  /** Reads what is new, once an hour. @throws ScalerError as `TriggerHistory.refresh` does */
  async refresh(nowSeconds: number): Promise<void> {
    const dueSeconds = tickSeconds(nowSeconds, HOUR_SECONDS, this.phase * HOUR_SECONDS);
    if (this.#refreshedAtSeconds >= dueSeconds) return;
    await this.#history.refresh(nowSeconds);
    this.#refreshedAtSeconds = dueSeconds;
  }

  get shares(): SpanShares {
    const seen = this.#history.series();
    return { day: meanShare(seen, DAY_SECONDS), week: meanShare(seen, WEEK_SECONDS) };
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
