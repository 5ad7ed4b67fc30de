import { TimedValues } from './timed-values.js';

/**
 * The autoscaler's memory of what it recommended, from which the stabilisation windows are served.
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (stabilizeRecommendation,
 * stabilizeRecommendationWithBehaviors). The two treat an entry of exactly the window's age differently, and so do
 * the two methods here.
 */
export class Recommendations {
  readonly #memory: TimedValues;

  constructor(longestWindowSeconds: number) {
    this.#memory = new TimedValues(longestWindowSeconds);
  }

  get empty(): boolean {
    return this.#memory.times.length === 0;
  }

  /** Remembers a recommendation as it was before stabilisation. */
  record(nowSeconds: number, replicas: number): void {
    this.#memory.record(nowSeconds, replicas);
  }

  /** Without `spec.behavior`: the highest recommendation of the scale-down window, this one included. */
  highest(nowSeconds: number, windowSeconds: number, desired: number): number {
    const { times, values } = this.#memory;
    const cutoff = nowSeconds - windowSeconds;
    let highest = desired;
    for (let i = times.length - 1; i >= 0 && times[i]! >= cutoff; i--) {
      if (values[i]! > highest) highest = values[i]!;
    }
    return highest;
  }

  /**
   * With `spec.behavior`: the current number of replicas, raised at least to the lowest recommendation of the scale-up
   * window and lowered at most to the highest one of the scale-down window.
   */
  stabilised(
    nowSeconds: number,
    upWindowSeconds: number,
    downWindowSeconds: number,
    currentReplicas: number,
    desired: number,
  ): number {
    const { times, values } = this.#memory;
    const upCutoff = nowSeconds - upWindowSeconds;
    const downCutoff = nowSeconds - downWindowSeconds;
    let lowest = desired;
    let highest = desired;
    for (let i = times.length - 1; i >= 0; i--) {
      const time = times[i]!;
      if (time <= upCutoff && time <= downCutoff) break;
      if (time > upCutoff && values[i]! < lowest) lowest = values[i]!;
      if (time > downCutoff && values[i]! > highest) highest = values[i]!;
    }
    return Math.min(Math.max(currentReplicas, lowest), highest);
  }
}
