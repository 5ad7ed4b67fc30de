import { desiredReplicas, replicasFor } from '../hpa/desired-replicas.js';

/** The pods of a workload, as a replay of many policies sees them. */
export interface PodsSetup {
  /** From the creation of a pod until it serves; whole minutes, rounded up. */
  readonly startupMinutes: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** `--horizontal-pod-autoscaler-tolerance`; 0.1 by default in a cluster. */
  readonly tolerance: number;
}

/** Pods and overload of each day; arrays of equal length. */
export interface PodDays {
  /** Sum of the pods of each minute. */
  readonly podMinutes: Float64Array;
  readonly overloadedMinutes: Float64Array;
  /** Minutes that would be overloaded were every load higher by the margin. */
  readonly marginMinutes: Float64Array;
}

/** Minutes of a day in UTC. */
export const DAY_MINUTES = 1440;
/** Stabilization window for scaling down: the recommendations of the last 5 minutes, one in each minute. */
const STABILIZATION_MINUTES = 5;

/**
 * Lets the HPA follow a policy minute by minute: the rule of `HpaController` without a behavior, with one sync in each
 * minute, in a loop that allocates nothing. Loads are in pods: divided by what a pod carries. Begins with as many ready
 * pods as the first minute asks for.
 *
 * @param basis what the policy's headroom is put on in each minute; NaN where nothing is answered, and nothing changes
 * @param floor what it never falls below, same length
 * @param demand load of each minute, same length; NaN where unknown, which is no overload
 * @returns counts for each day, from the first minute on
 */
export function followPods(
  basis: Float64Array,
  headroom: number,
  floor: Float64Array,
  demand: Float64Array,
  margin: number,
  { startupMinutes, minReplicas, maxReplicas, tolerance }: PodsSetup,
): PodDays {
  const days = Math.ceil(demand.length / DAY_MINUTES);
  const podMinutes = new Float64Array(days);
  const overloadedMinutes = new Float64Array(days);
  const marginMinutes = new Float64Array(days);
  const tolerances = { scaleUp: tolerance, scaleDown: tolerance };
  const ring = startupMinutes + 1;
  const starting = new Int32Array(ring);
  const recommended = new Float64Array(STABILIZATION_MINUTES + 1);
  const raised = 1 + margin;
  let pods = 0;
  let ready = 0;
  for (let minute = 0; minute < demand.length; minute++) {
    const slot = minute % ring;
    ready += starting[slot]!;
    starting[slot] = 0;
    // A minute without an answer recommends nothing, so what is older than the window is forgotten in it.
    recommended[minute % recommended.length] = 0;
    const onBasis = headroom * basis[minute]!;
    const least = floor[minute]!;
    const metric = least > onBasis ? least : onBasis;
    if (!Number.isNaN(metric)) {
      if (pods === 0) pods = ready = Math.min(maxReplicas, Math.max(minReplicas, replicasFor(metric, 1)));
      const asked = desiredReplicas(metric, 1, pods, tolerances);
      recommended[minute % recommended.length] = asked;
      let next = asked;
      if (asked < pods)
        for (let i = 0; i < recommended.length; i++) if (recommended[i]! > next) next = recommended[i]!;
      if (asked < pods && next > pods) next = pods;
      next = Math.min(maxReplicas, Math.max(minReplicas, next));
      if (next > pods) {
        if (startupMinutes === 0) ready += next - pods;
        else starting[(minute + startupMinutes) % ring]! += next - pods;
      } else {
        let surplus = pods - next;
        for (let age = 0; surplus > 0 && age < startupMinutes; age++) {
          const newest = (minute + startupMinutes - age) % ring;
          const removed = Math.min(surplus, starting[newest]!);
          starting[newest]! -= removed;
          surplus -= removed;
        }
        ready -= surplus;
      }
      pods = next;
    }
    const day = Math.floor(minute / DAY_MINUTES);
    podMinutes[day]! += pods;
    const load = demand[minute]!;
    if (load > ready) overloadedMinutes[day]!++;
    if (load * raised > ready) marginMinutes[day]!++;
  }
  return { podMinutes, overloadedMinutes, marginMinutes };
}
