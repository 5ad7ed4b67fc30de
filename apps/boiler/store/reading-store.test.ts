import assert from 'node:assert/strict';
import type { RowDataPacket } from 'mysql2/promise';
import { createTestDatabase, type TestDatabase } from '../../../test/support/boiler/database.js';
import { calmReadings } from '../../../test/support/boiler/readings.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import type { Reading } from '../reading.js';
import { markAlertsSent, pendingAlerts } from './pending-alerts.js';
import { storeBatch } from './reading-store.js';

const rules = { deviation: defaultDeviationRule, alertQuietSeconds: 60 };
const takenAtMs = Date.UTC(2026, 2, 9, 9, 30, 12);

describe('the store of readings', () => {
  let database: TestDatabase;
  const store = (readings: readonly Reading[], consumer = 'consumer-1') =>
    storeBatch(database.pool, { readings, takenAtMs, consumer }, rules);

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  it('keeps every reading as it was measured, and the batch with its minute', async () => {
    const readings = calmReadings(50);
    assert.deepEqual(await store(readings), {
      batchId: '2026-03-09_09-30',
      stored: 50,
      duplicates: 0,
      anomalies: [],
    });
    assert.deepEqual(await database.readings(), new Map(readings.map((reading) => [reading.id, reading])));
    const [batches] = await database.pool.query<RowDataPacket[]>(
      'SELECT batch_id, consumer, readings, anomalies FROM batches',
    );
    assert.deepEqual(batches, [
      { batch_id: '2026-03-09_09-30', consumer: 'consumer-1', readings: 50, anomalies: 0 },
    ]);
  });

  it('stores a reading once, however often it comes: again, in part, or twice in one batch', async () => {
    const readings = calmReadings(30);
    await store(readings.slice(0, 20));
    const again = await store([...readings.slice(0, 20)]);
    assert.deepEqual([again.stored, again.duplicates], [0, 20]);
    const inPart = await store([...readings.slice(10), ...readings.slice(25)]);
    assert.deepEqual([inPart.stored, inPart.duplicates], [10, 15]);
    assert.equal(await database.count('readings'), 30);
    assert.equal(await database.readingsInBatches(), 30);
    assert.equal(await database.count('batches'), 2, 'a batch that stored nothing leaves no row');
  });

  it('counts a reading once when several consumers store it at the same time', async () => {
    const readings = calmReadings(400);
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((consumer, turn) =>
        store([...readings.slice(turn * 100), ...readings.slice(0, turn * 100)], consumer),
      ),
    );
    assert.equal(
      results.reduce((sum, { stored }) => sum + stored, 0),
      400,
    );
    assert.equal(
      results.reduce((sum, { duplicates }) => sum + duplicates, 0),
      1200,
    );
    assert.equal(await database.count('readings'), 400);
    assert.equal(await database.readingsInBatches(), 400);
  });

  it('stores nothing of a batch that fails on the way', async () => {
    const readings = calmReadings(10);
    // No DOUBLE column takes it: the statement after the batch's own row fails.
    const broken = { ...readings[9]!, waterLevel: Number.NaN };
    await assert.rejects(store([...readings.slice(0, 9), broken]));
    assert.equal(await database.count('readings'), 0);
    assert.equal(await database.count('batches'), 0);
    assert.equal((await store(readings)).stored, 10);
  });

  it('judges by the past that other consumers have stored', async () => {
    const readings = calmReadings(200, { boilers: 1 });
    await store(readings.slice(0, 199), 'consumer-1');
    const odd = { ...readings[199]!, pressure: 11.5 };
    const { anomalies } = await store([odd], 'consumer-2');
    assert.deepEqual(
      anomalies.map(({ measure, kind }) => [measure, kind]),
      [['pressure', 'deviation']],
    );
  });

  it('judges a late reading by what was before it, not by what came since', async () => {
    const readings = calmReadings(100, { boilers: 1 });
    const late = readings[5]!;
    await store(readings.filter((reading) => reading !== late));
    const { anomalies } = await store([{ ...late, pressure: 11.5 }]);
    assert.deepEqual(anomalies, [], 'five readings before it are too few to judge by');
  });

  it('raises one alert for an episode, and the next one after the quiet time', async () => {
    // One reading per second of one boiler, all of them far too low on water, for two and a half minutes.
    const low = calmReadings(150, { boilers: 1 }).map((reading, second) => ({
      ...reading,
      measuredAtMs: Date.UTC(2026, 2, 9, 9) + second * 1000,
      waterLevel: 20,
    }));
    for (let first = 0; first < low.length; first += 40) await store(low.slice(first, first + 40));
    const alerts = await pendingAlerts(
      database.pool,
      low.map(({ id }) => id),
    );
    assert.deepEqual(
      alerts.map(({ readingId }) => low.findIndex(({ id }) => id === readingId)),
      [0, 60, 120],
    );
    assert.equal(alerts[0]!.measure, 'waterLevel');
  });

  it('raises one alert for an episode also after one of a clock that runs ahead', async () => {
    const hourMs = 3_600_000;
    const low = calmReadings(20, { boilers: 1 }).map((reading) => ({ ...reading, waterLevel: 20 }));
    const ahead = { ...low[0]!, measuredAtMs: low[0]!.measuredAtMs + hourMs };
    for (const reading of [ahead, ...low.slice(1)]) await store([reading]);
    const alerts = await pendingAlerts(
      database.pool,
      low.map(({ id }) => id),
    );
    assert.deepEqual(
      alerts.map(({ readingId }) => readingId),
      [low[1]!.id, ahead.id],
    );
  });

  it('keeps an alert due until it is known to be sent', async () => {
    const [reading] = calmReadings(1);
    const hot = { ...reading!, temperature: 230 };
    await store([hot]);
    const due = await pendingAlerts(database.pool, [hot.id]);
    assert.deepEqual(due, [
      {
        readingId: hot.id,
        boiler: 'calm-1',
        measure: 'temperature',
        kind: 'limit',
        measuredAtMs: hot.measuredAtMs,
        value: 230,
        expectedLow: 150,
        expectedHigh: 195,
      },
    ]);
    // The consumer died here: the reading comes again, is a duplicate, and its alert is still due.
    assert.equal((await store([hot])).stored, 0);
    assert.deepEqual(await pendingAlerts(database.pool, [hot.id]), due);
    await markAlertsSent(database.pool, due);
    assert.deepEqual(await pendingAlerts(database.pool, [hot.id]), []);
  });
});
