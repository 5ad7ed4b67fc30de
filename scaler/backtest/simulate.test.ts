import assert from 'node:assert/strict';
import { clusterDefaults, type ScalingSetup } from './scaled-workload.js';
import { simulateScaling } from './simulate.js';

const setup: ScalingSetup = {
  targetPerReplica: 10,
  capacityPerReplica: 10,
  startupSeconds: 0,
  ...clusterDefaults,
};

const minutes = (...values: readonly (readonly [value: number, minutes: number])[]) =>
  Float64Array.from(values.flatMap(([value, count]) => Array<number>(count).fill(value)));

describe('simulateScaling', () => {
  it('costs replicas times hours, without overload, under a steady load', () => {
    const flat = minutes([20, 60]);
    assert.deepEqual(simulateScaling(flat, flat, setup).outcome, {
      podHours: 2,
      overloadedMinutes: 0,
      overloadedShare: 0,
      unservedShare: 0,
      replicaChanges: 0,
      maxReplicas: 2,
    });
  });

  // By hand: the metric asks for 4 at minute 10; the sync there creates 2 pods that serve 90 s later. Until then 2
  // pods carry 20 of 40: 90 s of overload, 20 * 90 of 20 * 600 + 40 * 600 unserved.
  it('counts the load that pods cannot carry until new ones have started', () => {
    const load = minutes([20, 10], [40, 10]);
    const { outcome } = simulateScaling(load, load, { ...setup, startupSeconds: 90 });
    assert.equal(outcome.overloadedMinutes, 1.5);
    assert.equal(outcome.overloadedShare, 1.5 / 20);
    assert.equal(outcome.unservedShare, (20 * 90) / (20 * 600 + 40 * 600));
    assert.equal(outcome.podHours, (2 * 600 + 4 * 600) / 3600);
    assert.deepEqual([outcome.replicaChanges, outcome.maxReplicas], [1, 4]);
  });

  it('serves a rise in full when the metric announces it early enough', () => {
    const load = minutes([20, 10], [40, 10]);
    const metric = minutes([20, 8], [40, 12]);
    assert.equal(
      simulateScaling(metric, load, { ...setup, startupSeconds: 90 }).outcome.overloadedMinutes,
      0,
    );
  });

  // By hand: 1 -> 4 -> 8 -> 10 at 0, 15 and 30 s; with one pod ready at first and no start-up time that is 15 s at 4
  // and 15 s at 8 pods under a load for 10.
  it('is held back by the limit of doubling per sync', () => {
    const { outcome } = simulateScaling(minutes([10, 1], [100, 1]), minutes([10, 1], [100, 1]), setup);
    assert.equal(outcome.overloadedMinutes, 0.5);
    assert.equal(outcome.podHours, (60 + 4 * 15 + 8 * 15 + 10 * 30) / 3600);
  });

  it('falls to zero after the cooldown and wakes when the metric is above the activation threshold', () => {
    const load = minutes([10, 2], [0, 10], [10, 2]);
    const simulation = simulateScaling(load, load, { ...setup, minReplicas: 0, startupSeconds: 60 });
    // Last active poll at 90 s, so the first poll more than 300 s later is at 420 s, the beginning of minute 7.
    assert.deepEqual([...simulation.replicas], [...Array(7).fill(1), ...Array(5).fill(0), 1, 1]);
    assert.equal(simulation.outcome.overloadedMinutes, 1);
    assert.deepEqual([...simulation.overloadedSeconds], [...Array(12).fill(0), 60, 0]);
  });

  it('changes nothing while no metric is answered, and measures no overload where the load is unknown', () => {
    const metric = minutes([20, 5], [Number.NaN, 30]);
    const load = minutes([20, 5], [Number.NaN, 30]);
    const { outcome } = simulateScaling(metric, load, setup);
    assert.deepEqual([outcome.replicaChanges, outcome.overloadedMinutes], [0, 0]);
    assert.equal(outcome.podHours, (2 * 35) / 60);
  });

  it('never exceeds the maximum', () => {
    const load = minutes([10, 1], [1000, 20]);
    assert.equal(simulateScaling(load, load, { ...setup, maxReplicas: 7 }).outcome.maxReplicas, 7);
  });
});
