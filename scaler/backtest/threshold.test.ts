import assert from 'node:assert/strict';
import { minuteSamples } from '../../test/support/backtest/load.js';
import { loadOfSamples } from './recording.js';
import { replicaSize } from './threshold.js';

describe('replicaSize', () => {
  const load = loadOfSamples(minuteSamples(1, (minute) => minute));

  it('takes what is given', () => {
    assert.deepEqual(replicaSize(load, 50, 80), { threshold: 50, capacity: 80, derived: false });
  });

  it('completes threshold and capacity at a use of 70 %', () => {
    assert.deepEqual(replicaSize(load, 70, undefined), { threshold: 70, capacity: 100, derived: false });
    assert.equal(replicaSize(load, undefined, 100).threshold, 70);
  });

  it('derives a capacity of which the 99th percentile needs 20 replicas', () => {
    // Loads 1 to 1439: the 99th percentile is 1425, a twentieth of it 71.3, and 70 % of that 49.9.
    assert.deepEqual(replicaSize(load, undefined, undefined), {
      threshold: 49.9,
      capacity: 71.3,
      derived: true,
    });
  });

  it('has a size even for a load of nothing', () => {
    const none = loadOfSamples(minuteSamples(1, () => 0));
    assert.deepEqual(replicaSize(none, undefined, undefined), {
      threshold: 0.035,
      capacity: 0.05,
      derived: true,
    });
  });
});
