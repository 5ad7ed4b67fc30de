import type { ScalingPolicy, ScalingRules } from './behavior.js';
import type { TimedValues } from './timed-values.js';

/**
 * The most replicas that the policies for scaling up allow now, or the fewest that those for scaling down allow. Each
 * policy counts from the replicas at the start of its period. Percentages are rounded up on the way up, so that they
 * can always add a pod, and down on the way down.
 *
 * @param changes replicas added by each past change, negative where they were removed
 *
 * Source: kubernetes `pkg/controller/podautoscaler/horizontal.go` (calculateScaleUpLimitWithScalingRules,
 * calculateScaleDownLimitWithBehaviors).
 */
export function scaleLimit(
  direction: 'up' | 'down',
  nowSeconds: number,
  currentReplicas: number,
  changes: TimedValues,
  { selectPolicy, policies }: ScalingRules,
): number {
  if (selectPolicy === 'Disabled') return currentReplicas;
  const isUp = direction === 'up';
  const sign = isUp ? 1 : -1;
  const round = isUp ? Math.ceil : Math.trunc;
  const proposals = policies.map((policy) => {
    const start = replicasAtPeriodStart(nowSeconds, currentReplicas, changes, policy);
    const { type, value } = policy;
    return type === 'Pods' ? start + sign * value : round(start * (1 + (sign * value) / 100));
  });
  // The smallest change is the lowest proposal on the way up, and the highest on the way down.
  const limit = isUp === (selectPolicy === 'Min') ? Math.min(...proposals) : Math.max(...proposals);
  // Never a step back, even if policies became stricter after a change that they count.
  return isUp ? Math.max(limit, currentReplicas) : Math.min(limit, currentReplicas);
}

/**
 * A change of exactly the period's age no longer counts.
 *
 * Source: as above (getReplicasChangePerPeriod).
 */
function replicasAtPeriodStart(
  nowSeconds: number,
  currentReplicas: number,
  { times, values }: TimedValues,
  { periodSeconds }: ScalingPolicy,
): number {
  const cutoff = nowSeconds - periodSeconds;
  let replicas = currentReplicas;
  for (let i = times.length - 1; i >= 0 && times[i]! > cutoff; i--) replicas -= values[i]!;
  return replicas;
}
