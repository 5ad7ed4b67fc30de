import type { HistoryProvider, TriggerHistory } from '../history/types.js';
import { podStartupQuery } from '../history/workload-queries.js';
import { choiceBoundarySeconds } from '../policy/choose.js';
import { ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';

/** Wait after a failure. The query is expensive: a week of every pod of the namespace. */
const RETRY_SECONDS = 900;

/**
 * Measures once a day how long the pods of a ScaledObject take to start. A measurement is about the time at which
 * policies are chosen, even after a restart, so that replicas agree. After a failure it is repeated.
 */
export class PodStartupMeasurement {
  /** 0.9 quantile over the pods of the last week, rounded up; undefined while it could not be measured. */
  seconds: number | undefined;
  /** Why the newest measurement failed; undefined when it did not, and before the first. */
  problem: string | undefined;
  #measuredAtSeconds = Number.NEGATIVE_INFINITY;
  #nextTrySeconds = Number.NEGATIVE_INFINITY;
  readonly #history: TriggerHistory;

  /** @throws ScalerError as `HistoryProvider.window` does */
  constructor(trigger: Trigger, provider: HistoryProvider) {
    const { source, namespace, stepSeconds } = trigger;
    const query = podStartupQuery(trigger);
    this.#history = provider.window({ source, namespace, query, stepSeconds, historySeconds: stepSeconds });
  }

  /** Measures, when that is due, into `seconds` or `problem`. */
  async refresh(nowSeconds: number): Promise<void> {
    const dueSeconds = choiceBoundarySeconds(nowSeconds);
    if (this.#measuredAtSeconds >= dueSeconds || nowSeconds < this.#nextTrySeconds) return;
    try {
      const { value } = await this.#history.observe(dueSeconds);
      this.#measuredAtSeconds = dueSeconds;
      // A value of an earlier day would differ from that of a replica that has just started.
      this.seconds = value === undefined ? undefined : Math.ceil(value);
      this.problem = value === undefined ? NO_PODS : undefined;
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      this.#nextTrySeconds = nowSeconds + RETRY_SECONDS;
      this.problem = error.message;
    }
  }

  release(): void {
    this.#history.release();
  }
}

const NO_PODS =
  'the source has no pods of this ScaledObject that became ready within the last week: it needs kube-state-metrics (pods, replicasets, statefulsets and horizontalpodautoscalers), scraped with honor_labels';
