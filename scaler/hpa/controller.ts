import type { HpaBehavior, ScalingRules } from './behavior.js';
import { desiredReplicas, type Tolerances } from './desired-replicas.js';
import { scaleLimit } from './rate-limit.js';
import { Recommendations } from './recommendations.js';
import { TimedValues } from './timed-values.js';

/** A HorizontalPodAutoscaler with one external metric, and the cluster's own settings. */
export interface HpaOptions {
  /** Load that one replica should carry: the trigger's threshold. Above 0. */
  readonly targetPerReplica: number;
  /** At least 1: Kubernetes' autoscaler does not scale to zero here, KEDA does. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** `spec.behavior`, or undefined when the manifest has none: an older rule with its own limits then applies. */
  readonly behavior: HpaBehavior | undefined;
  /** `--horizontal-pod-autoscaler-tolerance`, used where the behavior sets none; 0.1 by default. */
  readonly tolerance?: number;
}

/** Kubernetes' default of `--horizontal-pod-autoscaler-downscale-stabilization`, used without a behavior. */
const DOWNSCALE_STABILIZATION_SECONDS = 300;

/**
 * The decisions of Kubernetes' HPA controller for one external metric with an AverageValue target. Times must not go
 * backwards.
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (reconcileAutoscaler, normalizeDesiredReplicas,
 * normalizeDesiredReplicasWithBehaviors).
 */
export class HpaController {
  readonly #tolerances: Tolerances;
  readonly #downWindowSeconds: number;
  readonly #recommendations: Recommendations;
  readonly #changes: TimedValues;

  constructor(private readonly options: HpaOptions) {
    const { behavior, tolerance = 0.1 } = options;
    this.#tolerances = {
      scaleUp: behavior?.scaleUp.tolerance ?? tolerance,
      scaleDown: behavior?.scaleDown.tolerance ?? tolerance,
    };
    this.#downWindowSeconds =
      behavior?.scaleDown.stabilizationWindowSeconds ?? DOWNSCALE_STABILIZATION_SECONDS;
    const upWindowSeconds = behavior?.scaleUp.stabilizationWindowSeconds ?? 0;
    this.#recommendations = new Recommendations(Math.max(upWindowSeconds, this.#downWindowSeconds));
    const policies = behavior ? [...behavior.scaleUp.policies, ...behavior.scaleDown.policies] : [];
    this.#changes = new TimedValues(Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)));
  }

  /**
   * @param metric the total that the metrics server answers
   * @param currentReplicas replicas of the workload, ready or not; 0 means that autoscaling is disabled
   * @returns the replicas that the workload gets
   */
  sync(nowSeconds: number, metric: number, currentReplicas: number): number {
    if (this.#recommendations.times.length === 0) this.#recommendations.record(nowSeconds, currentReplicas);
    if (currentReplicas === 0) return 0;
    const { minReplicas, maxReplicas } = this.options;
    // Outside the bounds the metric is not even read.
    const next =
      currentReplicas > maxReplicas
        ? maxReplicas
        : currentReplicas < minReplicas
          ? minReplicas
          : this.#replicasForMetric(nowSeconds, metric, currentReplicas);
    if (next !== currentReplicas) this.#changes.record(nowSeconds, next - currentReplicas);
    return next;
  }

  #replicasForMetric(nowSeconds: number, metric: number, currentReplicas: number): number {
    const { targetPerReplica, minReplicas, maxReplicas, behavior } = this.options;
    const desired = desiredReplicas(metric, targetPerReplica, currentReplicas, this.#tolerances);
    if (behavior === undefined) {
      const stable = this.#recommendations.highest(nowSeconds, this.#downWindowSeconds, desired);
      this.#recommendations.record(nowSeconds, desired);
      // Without a behavior each sync may at most double, and always reach 4.
      const limit = Math.min(maxReplicas, Math.max(2 * currentReplicas, 4));
      return stable < minReplicas ? minReplicas : Math.min(stable, limit);
    }
    const stable = this.#recommendations.stabilized(
      nowSeconds,
      behavior.scaleUp.stabilizationWindowSeconds,
      this.#downWindowSeconds,
      currentReplicas,
      desired,
    );
    this.#recommendations.record(nowSeconds, desired);
    const limit = (direction: 'up' | 'down', rules: ScalingRules) =>
      scaleLimit(direction, nowSeconds, currentReplicas, this.#changes, rules);
    if (stable > currentReplicas) return Math.min(stable, maxReplicas, limit('up', behavior.scaleUp));
    if (stable < currentReplicas) return Math.max(stable, minReplicas, limit('down', behavior.scaleDown));
    return stable;
  }
}
