import type { Connection, Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type Anomaly, detectAnomalies } from '../anomaly/detect.js';
import type { DeviationRule } from '../anomaly/deviation.js';
import { batchId } from '../batch-id.js';
import type { Reading } from '../reading.js';

/** A batch of readings as it was taken from the queue. */
export interface Batch {
  readonly readings: readonly Reading[];
  /** When it was taken: milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  /** Who took it. */
  readonly consumer: string;
}

/** Result of storing a batch. */
export interface StoredBatch {
  /** The batch's minute, `YYYY-MM-DD_HH-MM`. */
  readonly batchId: string;
  /** Readings that are in the database because of this batch. */
  readonly stored: number;
  /** Readings of the batch that were in the database before. */
  readonly duplicates: number;
  /** What is out of the ordinary among the readings stored. */
  readonly anomalies: readonly Anomaly[];
}

/** How the store judges readings. */
export interface StoreRules {
  readonly deviation: DeviationRule;
  /** After an alert, the same anomaly of the same boiler raises no other one for this long (in measured time). */
  readonly alertQuietSeconds: number;
}

/** InnoDB ended the transaction so that another could go on; repeating it is the documented cure. */
const conflictCodes = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);
const CONFLICT_ATTEMPTS = 5;

/**
 * Stores a batch, judges what is new in it, and notes which alerts are due, in one transaction: after a crash at any
 * point either all of it is there or nothing.
 *
 * A reading that is in the database already, from an earlier delivery, is neither stored nor judged again. Which
 * readings are new is decided by the database: rows carry the number of the batch that brought them, so two consumers
 * that hold the same reading at once cannot both count it.
 *
 * The readings before a boiler's new ones come from the database as well: every consumer judges by the same past,
 * also one that has just started.
 *
 * @throws the database's error when nothing was stored; the batch can be stored again
 */
export async function storeBatch(pool: Pool, batch: Batch, rules: StoreRules): Promise<StoredBatch> {
  for (let attempt = 1; ; attempt++) {
    const connection = await pool.getConnection();
    try {
      // Readings of other consumers count as soon as they are committed, and fewer locks are held for less time.
      await connection.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await connection.beginTransaction();
      const stored = await storeInTransaction(connection, batch, rules);
      if (stored.stored > 0) await connection.commit();
      else await connection.rollback();
      connection.release();
      return stored;
    } catch (error) {
      // A connection with an unknown transaction must not go back to the pool; closing it rolls back.
      connection.destroy();
      const conflict = conflictCodes.has(String((error as NodeJS.ErrnoException).code));
      if (!conflict || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function storeInTransaction(
  connection: Connection,
  batch: Batch,
  rules: StoreRules,
): Promise<StoredBatch> {
  const id = batchId(batch.takenAtMs);
  const [{ insertId: batchNumber }] = await connection.query<ResultSetHeader>(
    'INSERT INTO batches (batch_id, consumer, taken_at_ms, readings, anomalies) VALUES (?, ?, ?, 0, 0)',
    [id, batch.consumer, batch.takenAtMs],
  );
  const fresh = await insertReadings(connection, batchNumber, batch.readings);
  const anomalies: Anomaly[] = [];
  for (const boiler of new Set(fresh.map((reading) => reading.boiler))) {
    const ofBoiler = fresh.filter((reading) => reading.boiler === boiler);
    anomalies.push(...(await judge(connection, batchNumber, ofBoiler, rules.deviation)));
  }
  await insertAnomalies(connection, anomalies, rules.alertQuietSeconds);
  await connection.query('UPDATE batches SET readings = ?, anomalies = ? WHERE number = ?', [
    fresh.length,
    anomalies.length,
    batchNumber,
  ]);
  return {
    batchId: id,
    stored: fresh.length,
    duplicates: batch.readings.length - fresh.length,
    anomalies,
  };
}

/** Inserts the readings that are not there yet and gives those, in order of measurement. */
async function insertReadings(
  connection: Connection,
  batchNumber: number,
  readings: readonly Reading[],
): Promise<Reading[]> {
  const byId = new Map(readings.map((reading) => [reading.id, reading]));
  // One order for all consumers, so that two with the same readings wait for each other instead of deadlocking.
  const sorted = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  // Not INSERT IGNORE, which would also turn other errors into warnings: this leaves an existing row as it is.
  await connection.query(
    `INSERT INTO readings
      (id, boiler, measured_at_ms, temperature, pressure, steam_flow, water_level, batch_number)
      VALUES ? ON DUPLICATE KEY UPDATE id = readings.id`,
    [
      sorted.map((reading) => [
        reading.id,
        reading.boiler,
        reading.measuredAtMs,
        reading.temperature,
        reading.pressure,
        reading.steamFlow,
        reading.waterLevel,
        batchNumber,
      ]),
    ],
  );
  const [rows] = await connection.query<RowDataPacket[]>('SELECT id FROM readings WHERE batch_number = ?', [
    batchNumber,
  ]);
  return rows
    .map((row) => byId.get(row.id)!)
    .sort((a, b) => a.measuredAtMs - b.measuredAtMs || (a.id < b.id ? -1 : 1));
}

/** Judges new readings of one boiler, in order of measurement, against those around them. */
async function judge(
  connection: Connection,
  batchNumber: number,
  fresh: readonly Reading[],
  rule: DeviationRule,
): Promise<Anomaly[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id, boiler, measured_at_ms AS measuredAtMs, temperature, pressure,
        steam_flow AS steamFlow, water_level AS waterLevel
      FROM readings WHERE boiler = ? AND measured_at_ms <= ? AND batch_number <> ?
      ORDER BY measured_at_ms DESC LIMIT ?`,
    [fresh[0]!.boiler, fresh.at(-1)!.measuredAtMs, batchNumber, rule.windowReadings],
  );
  const isNew = new Set(fresh.map((reading) => reading.id));
  const series = [...(rows as Reading[]), ...fresh].sort((a, b) => a.measuredAtMs - b.measuredAtMs);
  return detectAnomalies(series, (reading) => isNew.has(reading.id), rule);
}

async function insertAnomalies(
  connection: Connection,
  anomalies: readonly Anomaly[],
  alertQuietSeconds: number,
): Promise<void> {
  if (anomalies.length === 0) return;
  const quietMs = alertQuietSeconds * 1000;
  const lastAlertMs = new Map<string, number>();
  const rows: unknown[][] = [];
  for (const { reading, measure, kind, value, expected } of anomalies) {
    const episode = `${reading.boiler}/${measure}/${kind}`;
    const last = lastAlertMs.get(episode) ?? (await lastAlert(connection, reading, measure, kind, quietMs));
    const quiet = Math.abs(reading.measuredAtMs - last) < quietMs;
    lastAlertMs.set(episode, quiet ? last : reading.measuredAtMs);
    rows.push([
      reading.id,
      measure,
      kind,
      reading.boiler,
      reading.measuredAtMs,
      value,
      expected.low,
      expected.high,
      quiet ? 'quiet' : 'pending',
    ]);
  }
  await connection.query(
    `INSERT INTO anomalies
      (reading_id, measure, kind, boiler, measured_at_ms, value, expected_low, expected_high, alert) VALUES ?`,
    [rows],
  );
}

/**
 * When the last alert for this kind of anomaly was raised, -Infinity for never. An alert that is later than
 * the reading by the quiet time or more comes from a clock that runs ahead and does not count.
 */
async function lastAlert(
  connection: Connection,
  reading: Reading,
  measure: string,
  kind: string,
  quietMs: number,
): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT measured_at_ms AS last FROM anomalies
      WHERE boiler = ? AND measure = ? AND kind = ? AND alert <> 'quiet' AND measured_at_ms < ?
      ORDER BY measured_at_ms DESC LIMIT 1`,
    [reading.boiler, measure, kind, reading.measuredAtMs + quietMs],
  );
  return rows[0]?.last ?? Number.NEGATIVE_INFINITY;
}
