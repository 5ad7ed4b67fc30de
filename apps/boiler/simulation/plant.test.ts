import assert from 'node:assert/strict';
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
        ['id-1', 'boiler-1'],
        ['id-2', 'boiler-2'],
        ['id-3', 'boiler-3'],
        ['id-4', 'boiler-1'],
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

  it('does not invent what it missed for longer than a second', () => {
    const late = plant();
    const resumed = start + 600;
    late.read(resumed);
    const caughtUp = [];
    while (late.nextDueSeconds <= resumed) caughtUp.push(late.read(resumed));
    assert.ok(caughtUp.length >= 2 && caughtUp.length <= 6, `${caughtUp.length} readings at once`);
  });
});
