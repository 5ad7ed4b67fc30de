import assert from 'node:assert/strict';
import { KedaActivation } from './keda-activation.js';

// Oracle: keda pkg/scaling/executor/scale_scaledobjects.go (RequestScale), branch by branch.
describe('KedaActivation', () => {
  const toZero = { minReplicas: 0, idleReplicas: undefined, cooldownSeconds: 300 };

  it('wakes a workload at zero to one replica at once', () => {
    assert.equal(new KedaActivation(toZero).poll(0, true, 0), 1);
  });

  it('wakes a workload to its minimum when that is higher', () => {
    assert.equal(new KedaActivation({ ...toZero, minReplicas: 3 }).poll(0, true, 0), 3);
  });

  it('leaves the replicas of an active workload to the autoscaler', () => {
    assert.equal(new KedaActivation(toZero).poll(0, true, 7), 7);
  });

  it('falls to zero only when more than the cooldown has passed since the last active poll', () => {
    const keda = new KedaActivation(toZero);
    keda.poll(0, true, 2);
    assert.equal(keda.poll(30, false, 2), 2);
    assert.equal(keda.poll(300, false, 2), 2);
    assert.equal(keda.poll(330, false, 2), 0);
  });

  it('counts the cooldown anew after each active poll', () => {
    const keda = new KedaActivation(toZero);
    keda.poll(0, true, 2);
    keda.poll(290, true, 2);
    assert.equal(keda.poll(580, false, 2), 2);
    assert.equal(keda.poll(610, false, 2), 0);
  });

  it('does not wait for a cooldown when the workload was never active', () => {
    assert.equal(new KedaActivation(toZero).poll(30, false, 5), 0);
  });

  it('leaves an inactive workload with a minimum to the autoscaler', () => {
    assert.equal(new KedaActivation({ ...toZero, minReplicas: 2 }).poll(1000, false, 5), 5);
  });

  it('raises an inactive workload below its minimum', () => {
    assert.equal(new KedaActivation({ ...toZero, minReplicas: 2 }).poll(0, false, 1), 2);
  });

  it('falls to idleReplicaCount and wakes to the minimum', () => {
    const keda = new KedaActivation({ minReplicas: 4, idleReplicas: 0, cooldownSeconds: 60 });
    assert.equal(keda.poll(0, true, 0), 4);
    assert.equal(keda.poll(60, false, 6), 6);
    assert.equal(keda.poll(90, false, 6), 0);
    assert.equal(keda.poll(120, false, 0), 0);
    assert.equal(keda.poll(150, true, 0), 4);
  });
});
