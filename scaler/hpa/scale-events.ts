import { TimedValues } from './timed-values.js';

/**
 * The autoscaler's memory of how many replicas it added, or removed, from which the limits per period are served.
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (storeScaleEvent, getReplicasChangePerPeriod).
 */
export class ScaleEvents {
  readonly #memory: TimedValues;

  constructor(longestPeriodSeconds: number) {
    this.#memory = new TimedValues(longestPeriodSeconds);
  }

  /** Remembers a change of `replicas`: a positive number in either direction. */
  record(nowSeconds: number, replicas: number): void {
    this.#memory.record(nowSeconds, replicas);
  }

  /** Replicas changed within the last `periodSeconds`; a change of exactly that age no longer counts. */
  within(nowSeconds: number, periodSeconds: number): number {
    const { times, values } = this.#memory;
    const cutoff = nowSeconds - periodSeconds;
    let sum = 0;
    for (let i = times.length - 1; i >= 0 && times[i]! > cutoff; i--) sum += values[i]!;
    return sum;
  }
}
