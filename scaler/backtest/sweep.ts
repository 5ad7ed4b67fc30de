import type { ScalingSetup } from './scaled-workload.js';
import { simulateScaling } from './simulate.js';

/** Cost and overload of a way of scaling at one target utilization. */
export interface SweepPoint {
  /** Target per replica over capacity per replica. */
  readonly utilization: number;
  readonly podHours: number;
  readonly overloadedShare: number;
}

/** The lowest target that is tried, as a share of the capacity of a pod. */
export const LOWEST_UTILIZATION = 0.3;

/**
 * 30 % to 100 % of the capacity in steps of 2 %, then in steps of 5 % up to four times the capacity: a quantile of the
 * peak over the whole horizon can be divided by more than one pod carries and still be enough.
 */
const UTILIZATIONS = [
  ...Array.from({ length: 36 }, (_, i) => LOWEST_UTILIZATION + i * 0.02),
  ...Array.from({ length: 60 }, (_, i) => 1.05 + i * 0.05),
];

/**
 * Runs one metric with many targets, the one of the setup included, so that ways of scaling can be compared at the same
 * overload.
 *
 * @param highestOverload share of overloaded time; no target above the capacity is tried once it is exceeded
 * @param active as `simulateScaling` takes it
 */
export function sweepUtilization(
  metric: Float64Array,
  demand: Float64Array,
  setup: ScalingSetup,
  highestOverload: number,
  active?: readonly boolean[],
): SweepPoint[] {
  const own = setup.targetPerReplica / setup.capacityPerReplica;
  const points: SweepPoint[] = [];
  for (const utilization of [...UTILIZATIONS, own].sort((a, b) => a - b)) {
    const targetPerReplica = utilization * setup.capacityPerReplica;
    const simulation = simulateScaling(metric, demand, { ...setup, targetPerReplica }, active);
    const { podHours, overloadedShare } = simulation.outcome;
    points.push({ utilization, podHours, overloadedShare });
    if (utilization > 1 && overloadedShare > highestOverload) break;
  }
  return points;
}

/**
 * The cheapest point with overload at or under a share of the time; undefined when there is none.
 *
 * @param highestUtilization points above it do not count
 */
export function cheapestWithin(
  sweep: readonly SweepPoint[],
  overloadedShare: number,
  highestUtilization = Number.POSITIVE_INFINITY,
): SweepPoint | undefined {
  return sweep
    .filter((point) => point.overloadedShare <= overloadedShare && point.utilization <= highestUtilization)
    .sort((a, b) => a.podHours - b.podHours)[0];
}
