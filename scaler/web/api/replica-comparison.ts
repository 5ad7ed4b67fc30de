import { sum } from 'simple-statistics';
import { completeBehavior } from '../../hpa/behavior.js';
import { HpaController } from '../../hpa/controller.js';
import { replicasFor } from '../../hpa/desired-replicas.js';
import type { PastAnswers } from '../../planner/types.js';
import type { ReplicaChart } from './contract.js';
import { knownList, rfc3339, rounded } from './json-values.js';

/** Distance between two syncs of the simulated HPA: short enough for its window of five minutes. */
const SYNC_SECONDS = 60;

/** More replicas than a cluster has: an external scaler does not know the bounds of the ScaledObject. */
const NO_LIMIT = 100_000;

/**
 * Replicas that the HPA, with its default behavior and at least one replica, makes of the answered values, beside those
 * for the observed load. Both follow the highest value of each slot, which the HPA's window for scaling down keeps.
 * They stay where nothing is known.
 *
 * @param threshold load per replica
 */
export function compareReplicas(past: PastAnswers, threshold: number): ReplicaChart {
  const { startSeconds, slotSeconds, observedHighest, answered } = past;
  const predictive = replicasFollowing(answered, past, threshold);
  const reactive = replicasFollowing(observedHighest, past, threshold);
  const hours = (replicas: Float32Array) =>
    rounded(sum([...replicas.filter((count) => !Number.isNaN(count))]) * (slotSeconds / 3600));
  return {
    startTime: rfc3339(startSeconds),
    stepSeconds: slotSeconds,
    predictive: knownList(predictive),
    reactive: knownList(reactive),
    predictiveReplicaHours: hours(predictive),
    reactiveReplicaHours: hours(reactive),
  };
}

function replicasFollowing(metric: Float32Array, past: PastAnswers, threshold: number): Float32Array {
  const hpa = new HpaController({
    targetPerReplica: threshold,
    minReplicas: 1,
    maxReplicas: NO_LIMIT,
    behavior: completeBehavior({}),
  });
  const result = new Float32Array(metric.length).fill(Number.NaN);
  let replicas = Number.NaN;
  for (let slot = 0; slot < metric.length; slot++) {
    const value = Math.max(0, metric[slot]!);
    if (!Number.isNaN(value)) {
      if (Number.isNaN(replicas)) replicas = Math.max(1, replicasFor(value, threshold));
      for (let passed = 0; passed < past.slotSeconds; passed += SYNC_SECONDS)
        replicas = hpa.sync(past.startSeconds + slot * past.slotSeconds + passed, value, replicas);
    }
    result[slot] = replicas;
  }
  return result;
}
