import type { HpaBehaviour } from './hpa/behaviour.js';
import { HpaController } from './hpa/controller.js';
import { hpaMinReplicas, KedaActivation } from './keda-activation.js';
import { Pods } from './pods.js';

const MINUTE_SECONDS = 60;

/** A workload and everything that scales it. */
export interface ScalingSetup {
  /** Load that one replica should carry: the trigger's `threshold`. */
  readonly targetPerReplica: number;
  /** Load beyond which one replica is overloaded; at least the target. */
  readonly capacityPerReplica: number;
  /** From the creation of a pod until it serves. */
  readonly startupSeconds: number;
  /** `minReplicaCount`, `maxReplicaCount` and `idleReplicaCount` of the ScaledObject. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly idleReplicas: number | undefined;
  /** The workload is active while the answered value is above this. */
  readonly activationThreshold: number;
  /** `cooldownPeriod` and `pollingInterval` of the ScaledObject. */
  readonly cooldownSeconds: number;
  readonly pollingSeconds: number;
  /** `spec.behavior` of the HPA; undefined when the ScaledObject has none. */
  readonly behaviour: HpaBehaviour | undefined;
  /** `--horizontal-pod-autoscaler-tolerance` and `--horizontal-pod-autoscaler-sync-period` of the cluster. */
  readonly tolerance: number;
  readonly syncSeconds: number;
}

/** What a way of scaling cost and what it failed to serve. */
export interface ScalingOutcome {
  /** Time that pods existed, ready or not. */
  readonly podHours: number;
  /** Time in which the load was above what the ready pods can carry. */
  readonly overloadedMinutes: number;
  /** The same as a share of the time in which the load is known. */
  readonly overloadedShare: number;
  /** Load above what the ready pods can carry, as a share of all load. */
  readonly unservedShare: number;
  readonly replicaChanges: number;
  readonly maxReplicas: number;
}

/** The course of a simulation, minute by minute. */
export interface ScalingTimeline {
  /** Replicas at the end of each minute. */
  readonly replicas: Int32Array;
  /** Seconds of overload within each minute. */
  readonly overloadedSeconds: Float64Array;
}

/**
 * Lets the HPA and KEDA follow a metric, minute by minute, and measures how the pods met the load. Begins with as many
 * ready pods as the first metric asks for.
 *
 * @param metric what the scaler answers during each minute; where it is NaN nothing is answered and nothing changes
 * @param demand load of each minute, same length; minutes of unknown load count for pod-hours only
 * @param timeline filled when given; its arrays have the same length
 */
export function simulateScaling(
  metric: Float64Array,
  demand: Float64Array,
  setup: ScalingSetup,
  timeline?: ScalingTimeline,
): ScalingOutcome {
  const { targetPerReplica, capacityPerReplica, activationThreshold, syncSeconds, pollingSeconds } = setup;
  const minimum = hpaMinReplicas(setup.minReplicas);
  const hpa = new HpaController({ ...setup, minReplicas: minimum });
  const keda = new KedaActivation(setup);
  const asked = Math.ceil((metric.find((value) => !Number.isNaN(value)) ?? 0) / targetPerReplica);
  const pods = new Pods(Math.min(setup.maxReplicas, Math.max(minimum, asked)), setup.startupSeconds);

  let podSeconds = 0;
  let overloadedSeconds = 0;
  let knownSeconds = 0;
  let unserved = 0;
  let total = 0;
  let replicaChanges = 0;
  let maxReplicas = pods.count;
  let nextPoll = 0;
  let nextSync = 0;
  let clock = 0;

  /** Accounts for the time up to `until`, in which no decision is taken but pods may become ready. */
  function pass(until: number, minute: number): void {
    const load = demand[minute]!;
    while (clock < until) {
      pods.advance(clock);
      const next = Math.min(until, pods.nextReadySeconds);
      const seconds = next - clock;
      podSeconds += pods.count * seconds;
      if (!Number.isNaN(load)) {
        knownSeconds += seconds;
        total += load * seconds;
        const excess = load - pods.ready * capacityPerReplica;
        if (excess > 0) {
          overloadedSeconds += seconds;
          unserved += excess * seconds;
        }
      }
      clock = next;
    }
    pods.advance(clock);
  }

  function resize(replicas: number): void {
    if (replicas === pods.count) return;
    pods.resize(clock, replicas);
    pods.advance(clock);
    replicaChanges++;
    if (replicas > maxReplicas) maxReplicas = replicas;
  }

  for (let minute = 0; minute < metric.length; minute++) {
    const end = (minute + 1) * MINUTE_SECONDS;
    const value = metric[minute]!;
    const overloadedBefore = overloadedSeconds;
    for (;;) {
      const next = Math.min(nextPoll, nextSync);
      if (next >= end) break;
      pass(next, minute);
      const answered = !Number.isNaN(value);
      if (next === nextPoll) {
        nextPoll += pollingSeconds;
        if (answered) resize(keda.poll(clock, value > activationThreshold, pods.count));
      }
      if (next === nextSync) {
        nextSync += syncSeconds;
        if (answered) resize(hpa.sync(clock, value, pods.count));
      }
    }
    pass(end, minute);
    if (timeline) {
      timeline.replicas[minute] = pods.count;
      timeline.overloadedSeconds[minute] = overloadedSeconds - overloadedBefore;
    }
  }
  return {
    podHours: podSeconds / 3600,
    overloadedMinutes: overloadedSeconds / 60,
    overloadedShare: knownSeconds > 0 ? overloadedSeconds / knownSeconds : 0,
    unservedShare: total > 0 ? unserved / total : 0,
    replicaChanges,
    maxReplicas,
  };
}
