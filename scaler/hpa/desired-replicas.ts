/** Shares by which the metric may miss its target before the HPA acts. */
export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

const MAX_INT32 = 2 ** 31 - 1;

/** A quotient such as 1.2000000000000002 / 0.1 must not add a pod; Kubernetes counts in whole thousandths. */
const ROUNDING = 1 - 1e-12;

/** How many replicas carry a load, rounded up. @param targetPerReplica load of one of them; above 0 */
export function replicasFor(load: number, targetPerReplica: number): number {
  return Math.min(MAX_INT32, Math.max(0, Math.ceil((load / targetPerReplica) * ROUNDING)));
}

/**
 * Replicas for an external metric with an AverageValue target, which KEDA uses: the total over the target per replica,
 * rounded up, unless the load per replica is within the tolerance. Whether pods are ready does not matter here.
 *
 * @param metric total of the metric; at least 0
 * @param targetPerReplica the trigger's threshold; above 0
 * @param statusReplicas pods that exist, ready or not; above 0
 *
 * Source: kubernetes `pkg/controller/podautoscaler/replica_calculator.go` (GetExternalPerPodMetricReplicas,
 * Tolerances.isWithin).
 *
 * @example desiredReplicas(8.6, 2.2, 3, { scaleUp: 0.1, scaleDown: 0.1 }) // 4
 */
export function desiredReplicas(
  metric: number,
  targetPerReplica: number,
  statusReplicas: number,
  tolerances: Tolerances,
): number {
  const usageRatio = metric / (targetPerReplica * statusReplicas);
  const within = 1 - tolerances.scaleDown <= usageRatio && usageRatio <= 1 + tolerances.scaleUp;
  if (within) return statusReplicas;
  return replicasFor(metric, targetPerReplica);
}
