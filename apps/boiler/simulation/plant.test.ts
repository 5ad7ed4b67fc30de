import assert from 'node:assert/strict';
import { detectAnomalies } from '../anomaly/detect.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import { createPlant } from './plant.js';

const start = Date.UTC(2026, 2, 9) / 1000;

function plant(overrides: Partial<Parameters<typeof createPlant>[0]> = {}) {
  let count = 0;
  return createPlant({
    boilers: 3,
    seed: 'plant',
    faultsPerHour: 0,
    readingsPerSecond: 2,
    daySeconds: 86_400,
    startSeconds: start,
    newId: () => `id-${++count}`,
    ...overrides,
  });
}

function readUntil(simulated: ReturnType<typeof plant>, untilSeconds: number) {
  const readings = [];
  while (simulated.nextDueSeconds < untilSeconds) readings.push(simulated.read(simulated.nextDueSeconds));
  return readings;
}

describe('a simulated plant', () => {
  it('reads its boilers in turn, each reading with an id and its time', () => {
    const readings = readUntil(plant(), start + 2);
    assert.deepEqual(
      readings.slice(0, 4).map(({ id, boiler }) => [id, boiler]),
      [
        ['id-1', 'plant-1'],
        ['id-2', 'plant-2'],
        ['id-3', 'plant-3'],
        ['id-4', 'plant-1'],
      ],
    );
    assert.equal(readings[0]!.measuredAtMs, start * 1000);
  });

  it('reads in proportion to the steam drawn: at night 35 % of the readings at full steam', () => {
    // 3 boilers x 2 per second x 60 s = 360 at full steam (10:00), 126 at night.
    assert.equal(readUntil(plant(), start + 60).length, 126);
    const morning = plant({ startSeconds: start + 10 * 3600 - 30 });
    assert.ok(Math.abs(readUntil(morning, start + 10 * 3600 + 30).length - 360) <= 2);
  });

  it('goes through its day in the time it is given', () => {
    const compressed = plant({ daySeconds: 240, startSeconds: Math.ceil(start / 240) * 240 });
    const begin = compressed.nextDueSeconds;
    const perHour = Array.from(
      { length: 24 },
      (_, hour) => readUntil(compressed, begin + (hour + 1) * 10).length,
    );
    assert.ok(perHour[10]! > 2.5 * perHour[3]!, `hours: ${perHour}`);
  });

  it('has boilers of its own beside a plant of another seed: neither looks out of the ordinary', () => {
    // No boiler of either has a fault. Two boilers under one name would differ by the steam that each makes.
    const ten = start + 10 * 3600;
    const usual = plant({ seed: 'boiler', startSeconds: ten });
    const bursts = plant({ seed: 'large-bursts', startSeconds: ten, readingsPerSecond: 30 });
    const readings = [usual, bursts].flatMap((simulated) => readUntil(simulated, ten + 600));
    readings.sort((a, b) => a.measuredAtMs - b.measuredAtMs);
    const names = [...new Set(readings.map(({ boiler }) => boiler))];
    const anomalies = names.flatMap((name) =>
      detectAnomalies(
        readings.filter(({ boiler }) => boiler === name),
        () => true,
        defaultDeviationRule,
      ),
    );
    assert.ok(
      anomalies.length < readings.length / 1000,
      `${anomalies.length} of ${readings.length} readings`,
    );
    assert.equal(names.length, 6);
  });

  it('does not invent what it missed for longer than a second', () => {
    const late = plant();
    const resumed = start + 600;
    late.read(resumed);
    const caughtUp = [];
    while (late.nextDueSeconds <= resumed) caughtUp.push(late.read(resumed));
    assert.ok(caughtUp.length >= 2 && caughtUp.length <= 6, `${caughtUp.length} readings at once`);
  });
});
