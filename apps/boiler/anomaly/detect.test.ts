import assert from 'node:assert/strict';
import { seededRandom } from '../../shared/seeded-random.js';
import type { Reading } from '../reading.js';
import { createPlant } from '../simulation/plant.js';
import { detectAnomalies } from './detect.js';
import { defaultDeviationRule } from './deviation.js';

const start = Date.UTC(2026, 2, 9, 9) / 1000;

function calm(count: number): Reading[] {
  const plant = createPlant({
    boilers: 1,
    seed: 'calm',
    faultsPerHour: 0,
    readingsPerSecond: 1,
    daySeconds: 86_400,
    startSeconds: start,
    newId: (
      (n) => () =>
        `id-${++n}`
    )(0),
  });
  return Array.from({ length: count }, () => plant.read(plant.nextDueSeconds));
}

const all = () => true;

describe('the search for anomalies', () => {
  it('finds next to nothing in a calm boiler: at most one value in ten thousand', () => {
    const anomalies = detectAnomalies(calm(5000), all, defaultDeviationRule);
    assert.ok(anomalies.length <= 2, `${anomalies.length} of 20000 values`);
  });

  it('finds a jump of one sensor, and says what was expected', () => {
    const readings = calm(200);
    const odd = { ...readings[150]!, pressure: 11.5 };
    const found = detectAnomalies(readings.with(150, odd), all, defaultDeviationRule);
    assert.deepEqual(
      found.map(({ reading, measure, kind, value }) => [reading.id, measure, kind, value]),
      [[odd.id, 'pressure', 'deviation', 11.5]],
    );
    assert.ok(found[0]!.expected.low > 9 && found[0]!.expected.high < 11);
  });

  it('reports a value beyond the limits as that, without any past', () => {
    const [reading] = calm(1);
    const [anomaly, ...more] = detectAnomalies([{ ...reading!, waterLevel: 12 }], all, defaultDeviationRule);
    assert.deepEqual(
      [anomaly!.measure, anomaly!.kind, anomaly!.expected],
      ['waterLevel', 'limit', { low: 30, high: 70 }],
    );
    assert.deepEqual(more, []);
  });

  it('judges only what is new, in the light of what is known', () => {
    const readings = calm(200);
    const withJumps = readings
      .with(100, { ...readings[100]!, pressure: 11.5 })
      .with(180, { ...readings[180]!, pressure: 11.5 });
    const fresh = new Set(withJumps.slice(170).map((reading) => reading.id));
    const found = detectAnomalies(withJumps, (reading) => fresh.has(reading.id), defaultDeviationRule);
    assert.deepEqual(
      found.map(({ reading }) => reading.id),
      [withJumps[180]!.id],
    );
  });

  it('judges nothing by deviation until the window is long enough', () => {
    const readings = calm(40);
    const odd = (index: number) => readings.with(index, { ...readings[index]!, pressure: 11.5 });
    assert.equal(detectAnomalies(odd(29), all, defaultDeviationRule).length, 0);
    assert.equal(detectAnomalies(odd(30), all, defaultDeviationRule).length, 1);
  });

  it('does not drown in its own finds: half a window of wild values is still found wild', () => {
    const random = seededRandom('wild');
    const readings = calm(260).map((reading, index) =>
      index >= 200 && index < 250 ? { ...reading, pressure: 11 + 0.5 * random() } : reading,
    );
    const found = detectAnomalies(readings, all, defaultDeviationRule).filter(
      ({ measure }) => measure === 'pressure',
    );
    assert.equal(found.length, 50);
  });
});
