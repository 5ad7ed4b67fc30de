import assert from 'node:assert/strict';
import { desiredReplicas } from './desired-replicas.js';

const tenPercent = { scaleUp: 0.1, scaleDown: 0.1 };

describe('desiredReplicas', () => {
  // Oracle: kubernetes pkg/controller/podautoscaler (horizontal_test.go, replica_calculator_test.go) cases for an
  // external metric with an AverageValue target, in units instead of thousandths.
  const upstream = [
    { name: 'ScaleUpPerPodCMExternal', metric: 8.6, target: 2.222, replicas: 3, want: 4 },
    { name: 'ScaleDownPerPodCMExternal', metric: 8.6, target: 3, replicas: 5, want: 3 },
    { name: 'per-pod external metric within tolerance', metric: 8.6, target: 2.2, replicas: 4, want: 4 },
    { name: 'ReplicaCalcToleranceExternalPerPod', metric: 8.6, target: 2.9, replicas: 3, want: 3 },
  ];
  for (const { name, metric, target, replicas, want } of upstream)
    it(`answers ${want} in upstream's ${name}`, () => {
      assert.equal(desiredReplicas(metric, target, replicas, tenPercent), want);
    });

  // Oracle: kubernetes.io, "Algorithm details": ceil(current * metric / target), so 200m against 100m doubles and
  // 50m against 100m halves.
  it('doubles when the load per replica is twice the target', () => {
    assert.equal(desiredReplicas(6 * 0.2, 0.1, 6, tenPercent), 12);
  });
  it('halves when the load per replica is half the target', () => {
    assert.equal(desiredReplicas(6 * 0.05, 0.1, 6, tenPercent), 3);
  });

  // Oracle: Tolerances.isWithin compares with <= on both sides, so the edge itself is tolerated.
  it('stays at exactly 10 % above and below the target and moves beyond it', () => {
    assert.equal(desiredReplicas(1100, 100, 10, tenPercent), 10);
    assert.equal(desiredReplicas(1101, 100, 10, tenPercent), 12);
    assert.equal(desiredReplicas(900, 100, 10, tenPercent), 10);
    assert.equal(desiredReplicas(899, 100, 10, tenPercent), 9);
  });

  // Oracle: upstream TestConfigurableTolerance: 1 % up scales 3 pods at 102 % to 4, 90 % down keeps 3 pods at 30 %.
  it('has a tolerance per direction', () => {
    assert.equal(desiredReplicas(3.06, 1, 3, { scaleUp: 0.01, scaleDown: 0.1 }), 4);
    assert.equal(desiredReplicas(3.06, 1, 3, tenPercent), 3);
    assert.equal(desiredReplicas(0.9, 1, 3, { scaleUp: 0.1, scaleDown: 0.9 }), 3);
  });

  it('asks for none when there is no load, and never beyond an int32', () => {
    assert.equal(desiredReplicas(0, 10, 3, tenPercent), 0);
    assert.equal(desiredReplicas(1e300, 1, 3, tenPercent), 2147483647);
  });
});
