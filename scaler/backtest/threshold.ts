import type { Load } from '../policy/load.js';

/** Target per replica over the capacity of a replica when one of them is not given: a usual HPA target. */
const DEFAULT_UTILIZATION = 0.7;

/** Replicas at full use that the busiest hundredth of the load should need when no threshold is given. */
const REPLICAS_AT_PEAK = 20;

/** What one replica should carry and what it can carry, and where the two come from. */
export interface ReplicaSize {
  /** The trigger's threshold. */
  readonly threshold: number;
  /** Load beyond which a replica is overloaded. */
  readonly capacity: number;
  /** Whether the threshold was derived from the load because none was given. */
  readonly derived: boolean;
}

/**
 * Completes threshold and capacity. Without either, the capacity is chosen so that the 99th percentile of the load
 * needs 20 replicas; without one of them, the threshold is 70 % of the capacity.
 */
export function replicaSize(
  load: Load,
  threshold: number | undefined,
  capacity: number | undefined,
): ReplicaSize {
  if (threshold !== undefined)
    return { threshold, capacity: capacity ?? threshold / DEFAULT_UTILIZATION, derived: false };
  if (capacity !== undefined) return { threshold: capacity * DEFAULT_UTILIZATION, capacity, derived: false };
  const known = load.demand.filter((value) => value > 0).sort();
  const busy = known[Math.floor(0.99 * known.length)] ?? 1;
  const derivedCapacity = roundTo3Digits(busy / REPLICAS_AT_PEAK);
  return {
    threshold: roundTo3Digits(derivedCapacity * DEFAULT_UTILIZATION),
    capacity: derivedCapacity,
    derived: true,
  };
}

function roundTo3Digits(value: number): number {
  return Number(value.toPrecision(3));
}
