import assert from 'node:assert/strict';
import { completeBehavior } from './behavior.js';
import { HpaController, type HpaOptions } from './controller.js';

function controller(options: Partial<HpaOptions> = {}): HpaController {
  return new HpaController({
    targetPerReplica: 10,
    minReplicas: 1,
    maxReplicas: 100,
    behavior: undefined,
    ...options,
  });
}

/** Syncs every 15 s with the metric given for each sync, feeding the answer back as the current replicas. */
function run(hpa: HpaController, current: number, metrics: readonly number[]): number[] {
  let replicas = current;
  return metrics.map((metric, i) => {
    replicas = hpa.sync(15 * i, metric, replicas);
    return replicas;
  });
}

describe('HpaController', () => {
  describe('without spec.behavior', () => {
    // Oracle: horizontal.go, calculateScaleUpLimit: max(2 * current, 4) at each sync.
    it('reaches 4 at once and doubles at each sync from there', () => {
      assert.deepEqual(run(controller(), 1, [1000, 1000, 1000, 1000, 1000, 1000]), [4, 8, 16, 32, 64, 100]);
    });

    // Oracle: horizontal_test.go, TestConvertDesiredReplicasWithRules.
    const upstream = [
      { name: 'within range', current: 5, desired: 7, min: 3, max: 8, want: 7 },
      { name: 'below minReplicas', current: 3, desired: 1, min: 2, max: 8, want: 2 },
      { name: 'maxReplicas below the limit', current: 8, desired: 1000, min: 1, max: 10, want: 10 },
      { name: 'scaleUpLimit below maxReplicas', current: 3, desired: 1000, min: 1, max: 2000, want: 6 },
    ];
    for (const { name, current, desired, min, max, want } of upstream)
      it(`answers ${want} in upstream's "${name}"`, () => {
        const hpa = controller({ minReplicas: min, maxReplicas: max });
        hpa.sync(0, 10 * current, current);
        // Later than the window for scaling down.
        assert.equal(hpa.sync(315, 10 * desired, current), want);
      });

    // Oracle: downscale stabilization of 5 min: the recommendation of 0 s counts until it is older than 300 s.
    it('keeps the highest recommendation of the last five minutes, then drops to the minimum at once', () => {
      const falling = run(controller(), 8, [80, ...Array<number>(22).fill(0)]);
      assert.deepEqual(falling.slice(0, 21), Array(21).fill(8));
      assert.deepEqual(falling.slice(21), [1, 1]);
    });

    it('starts a scale-down no earlier than five minutes after the first sync', () => {
      const falling = run(controller(), 8, Array<number>(22).fill(0));
      assert.deepEqual(falling, [...Array(21).fill(8), 1]);
    });
  });

  describe('with spec.behavior', () => {
    // Oracle: the default policies: +100 % or +4 pods per 15 s, whichever is more.
    it('grows by the larger of four pods and doubling per 15 s', () => {
      const hpa = controller({ behavior: completeBehavior({}) });
      assert.deepEqual(run(hpa, 1, [1000, 1000, 1000, 1000, 1000, 1000]), [5, 10, 20, 40, 80, 100]);
    });

    // Oracle: kubernetes.io, "Scaling policies": 4 pods per 60 s with one policy of 4 pods in 60 s.
    it('adds four pods per minute under a policy of four pods per 60 s', () => {
      const behavior = completeBehavior({
        scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
      });
      assert.deepEqual(run(controller({ behavior }), 1, Array(9).fill(1000)), [5, 5, 5, 5, 9, 9, 9, 9, 13]);
    });

    // Oracle: kubernetes.io, "Example: limit scale down rate": 80 replicas fall by 10 % a minute (8, then 7.2 -> 8).
    it('falls by ten percent per minute as in the documentation', () => {
      const behavior = completeBehavior({
        scaleDown: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
        },
      });
      const hpa = controller({ behavior });
      assert.equal(hpa.sync(0, 100, 80), 72);
      assert.equal(hpa.sync(60, 100, 72), 64);
      assert.equal(hpa.sync(90, 100, 64), 64);
    });

    it('never scales down when scaleDown is disabled', () => {
      const behavior = completeBehavior({ scaleDown: { selectPolicy: 'Disabled' } });
      assert.deepEqual(new Set(run(controller({ behavior }), 9, Array(40).fill(0))), new Set([9]));
    });

    it('waits for the scale-up window and then takes its lowest recommendation', () => {
      const behavior = completeBehavior({ scaleUp: { stabilizationWindowSeconds: 60 } });
      // 3 replicas are recommended until 15 s, 6 from 30 s on; at 90 s the window holds 6 alone.
      assert.deepEqual(run(controller({ behavior }), 3, [30, 30, 60, 60, 60, 60, 60]), [3, 3, 3, 3, 3, 6, 6]);
    });

    it('takes the tolerance of each direction from the behavior', () => {
      const behavior = completeBehavior({ scaleUp: { tolerance: 0 } });
      assert.equal(controller({ behavior }).sync(0, 101, 10), 11);
      assert.equal(controller({ behavior }).sync(0, 91, 10), 10);
    });
  });

  // Oracle: horizontal_test.go, TestReplicaLimits.
  it('goes to the nearest bound without reading the metric when replicas are outside it', () => {
    const hpa = controller({ minReplicas: 3, maxReplicas: 5 });
    assert.equal(hpa.sync(0, Number.NaN, 10), 5);
    assert.equal(controller({ minReplicas: 3, maxReplicas: 5 }).sync(0, Number.NaN, 2), 3);
  });
  it('leaves a workload at zero alone', () => {
    assert.equal(controller({ minReplicas: 3, maxReplicas: 5 }).sync(0, 1000, 0), 0);
  });
});
