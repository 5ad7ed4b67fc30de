import assert from 'node:assert/strict';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { clusterDefaults } from '../backtest/scaled-workload.js';
import { simulateScaling } from '../backtest/simulate.js';
import { followPods } from './follow-pods.js';

/** The same minute rule by the classes of the backtest, which follow upstream's code line by line. */
function byBacktest(metric: Float64Array, demand: Float64Array, startupSeconds: number) {
  const { outcome } = simulateScaling(metric, demand, {
    ...clusterDefaults,
    maxReplicas: 1000,
    syncSeconds: 60,
    targetPerReplica: 1,
    capacityPerReplica: 1,
    startupSeconds,
  });
  return { podMinutes: Math.round(60 * outcome.podHours), overloadedMinutes: outcome.overloadedMinutes };
}

function byPolicy(metric: Float64Array, demand: Float64Array, startupMinutes: number, headroom = 1) {
  const pods = { startupMinutes, minReplicas: 1, maxReplicas: 1000, tolerance: 0.1 };
  const result = followPods(metric, headroom, new Float64Array(metric.length), demand, 0.1, pods);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return {
    podMinutes: sum(result.podMinutes),
    overloadedMinutes: sum(result.overloadedMinutes),
    marginMinutes: sum(result.marginMinutes),
  };
}

describe('followPods', () => {
  // The HPA at most doubles its pods at a sync: loads that rise by less do not depend on how often it syncs.
  const { values: demand } = minuteSamples(3, (minute) => (100 + officeLoad(minute)) / 10);
  const seen = demand.map((_, minute) => demand[Math.max(0, minute - 1)]!);

  for (const startupMinutes of [0, 1, 3, 10])
    it(`counts pods and overload as the HPA's classes do, with pods that start in ${startupMinutes} minutes`, () => {
      const { podMinutes, overloadedMinutes } = byPolicy(seen, demand, startupMinutes);
      assert.deepEqual({ podMinutes, overloadedMinutes }, byBacktest(seen, demand, 60 * startupMinutes));
    });

  it('puts headroom on the basis, and counts what a load a tenth higher would overload', () => {
    const flat = new Float64Array(1440).fill(10);
    const exact = byPolicy(flat, flat, 3);
    assert.deepEqual(exact, { podMinutes: 14_400, overloadedMinutes: 0, marginMinutes: 1440 });
    assert.deepEqual(byPolicy(flat, flat, 3, 1.2), {
      podMinutes: 17_280,
      overloadedMinutes: 0,
      marginMinutes: 0,
    });
  });

  it('forgets recommendations that are older than the window when nothing was answered meanwhile', () => {
    // Ten pods, a gap of two hours, and from then on a load for two: nothing recommends ten in the last five minutes.
    const metric = Float64Array.from({ length: 300 }, (_, minute) =>
      minute < 100 ? 10 : minute < 220 ? Number.NaN : 2,
    );
    const { podMinutes, overloadedMinutes } = byPolicy(metric, metric, 3);
    assert.deepEqual({ podMinutes, overloadedMinutes }, byBacktest(metric, metric, 180));
  });

  it('keeps the pods while nothing is answered, and counts no overload where the load is unknown', () => {
    const gap = (minute: number) => minute >= 100 && minute < 200;
    const metric = new Float64Array(300).map((_, minute) => (gap(minute) ? Number.NaN : 5));
    const load = new Float64Array(300).map((_, minute) => (gap(minute) ? Number.NaN : 5));
    assert.deepEqual(byPolicy(metric, load, 3), {
      podMinutes: 1500,
      overloadedMinutes: 0,
      marginMinutes: 200,
    });
  });
});
