import assert from 'node:assert/strict';
import { clusterDefaults } from './scaled-workload.js';
import { cheapestWithin, sweepUtilization } from './sweep.js';

describe('cheapestWithin', () => {
  const sweep = [
    { utilization: 0.3, podHours: 90, overloadedShare: 0 },
    { utilization: 0.5, podHours: 60, overloadedShare: 0.002 },
    { utilization: 0.7, podHours: 62, overloadedShare: 0.002 },
    { utilization: 0.9, podHours: 40, overloadedShare: 0.05 },
  ];
  it('is the cheapest point at or under the allowed overload', () => {
    assert.equal(cheapestWithin(sweep, 0.002)?.utilization, 0.5);
    assert.equal(cheapestWithin(sweep, 0.0019)?.utilization, 0.3);
  });
  it('is undefined when nothing is good enough', () => {
    assert.equal(cheapestWithin(sweep.slice(1), 0.001), undefined);
  });
});

describe('sweepUtilization', () => {
  const setup = { targetPerReplica: 7.5, capacityPerReplica: 10, startupSeconds: 0, ...clusterDefaults };

  it('tries the setup’s own utilization besides the grid, in ascending order', () => {
    const flat = new Float64Array(10).fill(70);
    const sweep = sweepUtilization(flat, flat, setup, 0.2);
    // 70 / 7.5 rounded up is 10 pods for ten minutes.
    assert.equal(sweep.find((point) => point.utilization === 0.75)?.podHours, 100 / 60);
    assert.deepEqual(
      sweep.map((point) => point.utilization),
      sweep.map((point) => point.utilization).sort((a, b) => a - b),
    );
  });

  it('goes beyond a pod’s capacity as long as overload is within reach', () => {
    const load = new Float64Array(600).fill(70);
    const twice = load.map((value) => 2 * value);
    const sweep = sweepUtilization(twice, load, setup, 0.2);
    // At 200 % of the capacity an answer of 140 still gives 140 / 20 = 7 pods, which carry 70, for ten hours.
    assert.equal(cheapestWithin(sweep, 0)?.podHours, 70);
    assert.ok(sweep.at(-1)!.overloadedShare > 0.2);
    assert.ok(sweep.at(-1)!.utilization < 3, `${sweep.at(-1)!.utilization}`);
  });
});
