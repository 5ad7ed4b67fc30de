import type { ScalingPolicy, ScalingRules } from './behaviour.js';
import type { ScaleEvents } from './scale-events.js';

/**
 * The most replicas that the scale-up policies allow now. Each policy counts from the replicas at the start of its
 * own period; a percentage is rounded up, so that it can always add a pod.
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (calculateScaleUpLimitWithScalingRules).
 */
export function scaleUpLimit(
  nowSeconds: number,
  currentReplicas: number,
  added: ScaleEvents,
  removed: ScaleEvents,
  rules: ScalingRules,
): number {
  if (rules.selectPolicy === 'Disabled') return currentReplicas;
  const strictest = rules.selectPolicy === 'Min';
  let limit = strictest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  for (const policy of rules.policies) {
    const start = replicasAtPeriodStart(nowSeconds, currentReplicas, added, removed, policy);
    const proposed =
      policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
    limit = strictest ? Math.min(limit, proposed) : Math.max(limit, proposed);
  }
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
  added: ScaleEvents,
  removed: ScaleEvents,
  rules: ScalingRules,
): number {
  if (rules.selectPolicy === 'Disabled') return currentReplicas;
  const strictest = rules.selectPolicy === 'Min';
  let limit = strictest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  for (const policy of rules.policies) {
    const start = replicasAtPeriodStart(nowSeconds, currentReplicas, added, removed, policy);
    const proposed =
      policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
    limit = strictest ? Math.max(limit, proposed) : Math.min(limit, proposed);
  }
  return Math.min(limit, currentReplicas);
}

function replicasAtPeriodStart(
  nowSeconds: number,
  currentReplicas: number,
  added: ScaleEvents,
  removed: ScaleEvents,
  policy: ScalingPolicy,
): number {
  const { periodSeconds } = policy;
  return (
    currentReplicas - added.within(nowSeconds, periodSeconds) + removed.within(nowSeconds, periodSeconds)
  );
}
