import type { ScalingSetup } from './scaled-workload.js';
import { simulateScaling } from './simulate.js';

/** What a way of scaling costs and fails to serve when pods are meant to run at one share of their capacity. */
export interface SweepPoint {
  /** Target per replica over capacity per replica. */
  readonly utilisation: number;
  readonly podHours: number;
  readonly overloadedShare: number;
}

/** 30 % to 100 % of a pod's capacity in steps of 2 %. */
const UTILISATIONS = Array.from({ length: 36 }, (_, i) => 0.3 + i * 0.02);

/**
 * Runs one metric with the target set to every utilisation from 30 % to 100 % of a pod's capacity, and the one of the
 * setup. Ways of scaling differ in cost and in overload at once; along this curve they can be compared at the same
 * overload.
 */
export function sweepUtilisation(
  metric: Float64Array,
  demand: Float64Array,
  setup: ScalingSetup,
): SweepPoint[] {
  const own = setup.targetPerReplica / setup.capacityPerReplica;
  return [...UTILISATIONS, own]
    .sort((a, b) => a - b)
    .map((utilisation) => {
      const targetPerReplica = utilisation * setup.capacityPerReplica;
      const { podHours, overloadedShare } = simulateScaling(metric, demand, { ...setup, targetPerReplica });
      return { utilisation, podHours, overloadedShare };
    });
}

/** The cheapest point that keeps overload at or under a share of the time; undefined when no utilisation does. */
export function cheapestWithin(
  sweep: readonly SweepPoint[],
  overloadedShare: number,
): SweepPoint | undefined {
  let cheapest: SweepPoint | undefined;
  for (const point of sweep)
    if (point.overloadedShare <= overloadedShare && (!cheapest || point.podHours < cheapest.podHours))
      cheapest = point;
  return cheapest;
}
