import { TimedValues } from './timed-values.js';

/**
 * Past recommendations of the HPA, and their stabilization.
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (stabilizeRecommendation,
 * stabilizeRecommendationWithBehaviors). As there, the two methods treat an entry of exactly the age of the window
 * differently.
 */
export class Recommendations extends TimedValues {
  /** Without `spec.behavior`: the highest recommendation of the scale-down window, this one included. */
  highest(nowSeconds: number, windowSeconds: number, desired: number): number {
    const { times, values } = this;
    const cutoff = nowSeconds - windowSeconds;
    let highest = desired;
    for (let i = times.length - 1; i >= 0 && times[i]! >= cutoff; i--) {
      if (values[i]! > highest) highest = values[i]!;
    }
    return highest;
  }

  /**
   * With `spec.behavior`: the current replicas, raised at least to the lowest recommendation of the scale-up window and
   * lowered at most to the highest one of the scale-down window.
   */
  stabilized(
    nowSeconds: number,
    upWindowSeconds: number,
    downWindowSeconds: number,
    currentReplicas: number,
    desired: number,
  ): number {
    const { times, values } = this;
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
