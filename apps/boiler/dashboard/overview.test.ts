import assert from 'node:assert/strict';
import { createTestDatabase, type TestDatabase } from '../../../test/support/boiler/database.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import type { Reading } from '../reading.js';
import { storeBatch } from '../store/reading-store.js';
import { readOverview } from './overview.js';

const rules = { deviation: defaultDeviationRule, alertQuietSeconds: 300 };
const nine = Date.UTC(2026, 2, 9, 9);
const MINUTE = 60_000;

describe('the overview of the boilers', () => {
  let database: TestDatabase;
  let made = 0;

  const reading = (boiler: string, measuredAtMs: number, values: Partial<Reading> = {}): Reading => ({
    id: `reading-${++made}`,
    boiler,
    measuredAtMs,
    temperature: 184,
    pressure: 10,
    steamFlow: 17,
    waterLevel: 50,
    ...values,
  });
  const store = (readings: Reading[], takenAtMs: number, consumer: string) =>
    storeBatch(database.pool, { readings, takenAtMs, consumer }, rules);

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  it('has minutes and limits but no boilers while nothing is stored', async () => {
    const overview = await readOverview(database.pool, nine + 30_000, 3);
    assert.deepEqual(overview, {
      asOfMs: nine + 30_000,
      minutes: [nine - 2 * MINUTE, nine - MINUTE, nine].map((ms) => ms / 1000),
      boilers: [],
      temperatureLimits: { low: 150, high: 195 },
      anomalies: [],
      anomalyCount: 0,
      alertTimesMs: [],
      batches: [],
    });
  });

  it('gives each boiler the mean temperature of its minutes, gaps as null, and its newest reading', async () => {
    const newest = reading('boiler-2', nine + 10_000, { temperature: 186, pressure: 10.4 });
    await store(
      [
        reading('boiler-10', nine - 3 * MINUTE, { temperature: 1 }), // before the window
        reading('boiler-10', nine - 2 * MINUTE, { temperature: 180 }),
        reading('boiler-10', nine - MINUTE - 1, { temperature: 183 }),
        reading('boiler-10', nine + 5_000, { temperature: 190 }),
        reading('boiler-10', nine + 5 * MINUTE, { temperature: 1 }), // from a clock that runs ahead
        newest,
      ],
      nine + 20_000,
      'pod-1',
    );
    const { boilers } = await readOverview(database.pool, nine + 30_000, 3);
    assert.deepEqual(
      boilers.map(({ name, temperature }) => [name, temperature]),
      [
        ['boiler-2', [null, null, 186]],
        ['boiler-10', [181.5, null, 190]],
      ],
    );
    const { id: _id, boiler: _boiler, ...values } = newest;
    assert.deepEqual(boilers[0]!.latest, values);
  });

  it('shows the last anomaly of a minute, with their number and whether an alert was raised', async () => {
    const low = (measuredAtMs: number, waterLevel: number) =>
      reading('boiler-1', measuredAtMs, { waterLevel });
    await store([low(nine - MINUTE, 25), low(nine - MINUTE + 1000, 24), low(nine + 1000, 23)], nine, 'pod-1');
    const overview = await readOverview(database.pool, nine + 30_000, 3);
    const expected = {
      boiler: 'boiler-1',
      measure: 'waterLevel',
      kind: 'limit',
      expectedLow: 30,
      expectedHigh: 70,
    };
    assert.deepEqual(overview.anomalies, [
      { ...expected, measuredAtMs: nine + 1000, values: 1, value: 23, isAlert: false },
      { ...expected, measuredAtMs: nine - MINUTE + 1000, values: 2, value: 24, isAlert: true },
    ]);
    assert.equal(overview.anomalyCount, 3);
    assert.deepEqual(overview.alertTimesMs, [nine - MINUTE]);
  });

  it('adds up the batches of a minute from all consumers', async () => {
    const batch = (count: number) => Array.from({ length: count }, () => reading('boiler-1', nine));
    await store(batch(5), nine - MINUTE, 'pod-1');
    await store(batch(10), nine + 1000, 'pod-1');
    await store([...batch(20), reading('boiler-1', nine, { pressure: 14 })], nine + 2000, 'pod-2');
    const { batches } = await readOverview(database.pool, nine + 30_000, 3);
    assert.deepEqual(batches, [
      { batchId: '2026-03-09_09-00', batches: 2, readings: 31, anomalies: 1, consumers: 2 },
      { batchId: '2026-03-09_08-59', batches: 1, readings: 5, anomalies: 0, consumers: 1 },
    ]);
  });
});
