import type { ScalingPolicy, ScalingRules } from './behavior.js';
import type { TimedValues } from './timed-values.js';

/**
 * The most replicas that the scale-up policies allow now. Each policy counts from the replicas at the start of its
 * own period; a percentage is rounded up, so that it can always add a pod.
 *
 * @param changes replicas added by each past change, negative where they were removed
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (calculateScaleUpLimitWithScalingRules).
 */
export function scaleUpLimit(
  nowSeconds: number,
  currentReplicas: number,
  changes: TimedValues,
  rules: ScalingRules,
): number {
  if (rules.selectPolicy === 'Disabled') return currentReplicas;
  const proposals = rules.policies.map((policy) => {
    const start = replicasAtPeriodStart(nowSeconds, currentReplicas, changes, policy);
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
  });
  const limit = rules.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
  // Policies may have become stricter after the change that they now count: never a step back.
  return Math.max(limit, currentReplicas);
}

/**
 * The fewest replicas that the scale-down policies allow now; a percentage of what remains is rounded down.
 *
 * Source: as above (calculateScaleDownLimitWithBehaviors).
 */
export function scaleDownLimit(
  nowSeconds: number,
  currentReplicas: number,
  changes: TimedValues,
  rules: ScalingRules,
): number {
  if (rules.selectPolicy === 'Disabled') return currentReplicas;
  const proposals = rules.policies.map((policy) => {
    const start = replicasAtPeriodStart(nowSeconds, currentReplicas, changes, policy);
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
  });
  // The smallest change leaves the most replicas.
  const limit = rules.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
  return Math.min(limit, currentReplicas);
}

/**
 * A change of exactly the period's age no longer counts.
 *
 * Source: as above (getReplicasChangePerPeriod).
 */
function replicasAtPeriodStart(
  nowSeconds: number,
  currentReplicas: number,
  changes: TimedValues,
  policy: ScalingPolicy,
): number {
  const { times, values } = changes;
  const cutoff = nowSeconds - policy.periodSeconds;
  let replicas = currentReplicas;
  for (let i = times.length - 1; i >= 0 && times[i]! > cutoff; i--) replicas -= values[i]!;
  return replicas;
}
