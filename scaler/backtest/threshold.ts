import type { Load } from '../policy/load.js';

/** Threshold over capacity when one of the two is not given: a usual target of an HPA. */
const DEFAULT_UTILIZATION = 0.7;

/** Replicas at full use for the 99th percentile of the load, when neither is given. */
const REPLICAS_AT_PEAK = 20;

/** What one replica should carry and what it can carry. */
export interface ReplicaSize {
  readonly threshold: number;
  /** Load beyond which a replica is overloaded. */
  readonly capacity: number;
  /** Whether both were derived from the load. */
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
