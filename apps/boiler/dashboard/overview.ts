import type { Pool, RowDataPacket } from 'mysql2/promise';
import { limits } from '../anomaly/limits.js';
import { batchId } from '../batch-id.js';
import type { AnomalyRow, BatchRow, BoilerOverview, Overview } from './contract.js';

const MINUTE_MS = 60_000;
const ANOMALIES_SHOWN = 15;
const BATCH_MINUTES_SHOWN = 15;

/**
 * Asks the database for what the dashboard shows.
 * @param nowMs the end of the window, in milliseconds since the Unix epoch
 * @param windowMinutes how many minutes it has, the one under way included
 */
export async function readOverview(pool: Pool, nowMs: number, windowMinutes: number): Promise<Overview> {
  const firstMinute = Math.floor(nowMs / MINUTE_MS) - windowMinutes + 1;
  const fromMs = firstMinute * MINUTE_MS;
  const [boilers, anomalies, anomalyCount, alertTimesMs, batches] = await Promise.all([
    readBoilers(pool, firstMinute, windowMinutes),
    readAnomalies(pool, fromMs),
    countAnomalies(pool, fromMs),
    readAlertTimes(pool, fromMs),
    readBatches(pool, Math.max(fromMs, nowMs - (BATCH_MINUTES_SHOWN - 1) * MINUTE_MS)),
  ]);
  return {
    asOfMs: nowMs,
    minutes: Array.from({ length: windowMinutes }, (_, index) => (firstMinute + index) * 60),
    boilers,
    temperatureLimits: limits.temperature,
    anomalies,
    anomalyCount,
    alertTimesMs,
    batches,
  };
}

async function readBoilers(
  pool: Pool,
  firstMinute: number,
  windowMinutes: number,
): Promise<BoilerOverview[]> {
  const [means] = await pool.query<RowDataPacket[]>(
    `SELECT boiler, measured_at_ms DIV ${MINUTE_MS} AS minute, AVG(temperature) AS temperature
      FROM readings WHERE measured_at_ms >= ? GROUP BY boiler, minute`,
    [firstMinute * MINUTE_MS],
  );
  const byBoiler = new Map<string, (number | null)[]>();
  for (const { boiler, minute, temperature } of means) {
    const minutes = byBoiler.get(boiler) ?? new Array<number | null>(windowMinutes).fill(null);
    byBoiler.set(boiler, minutes);
    // A reading from a clock that runs ahead lies outside of the window: it is stored, but not drawn.
    if (minute < firstMinute + windowMinutes) minutes[minute - firstMinute] = temperature;
  }
  const names = [...byBoiler.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return Promise.all(
    names.map(async (name) => ({
      name,
      temperature: byBoiler.get(name)!,
      latest: await readLatest(pool, name),
    })),
  );
}

async function readLatest(pool: Pool, boiler: string): Promise<BoilerOverview['latest']> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT measured_at_ms AS measuredAtMs, temperature, pressure, steam_flow AS steamFlow,
        water_level AS waterLevel
      FROM readings WHERE boiler = ? ORDER BY measured_at_ms DESC LIMIT 1`,
    [boiler],
  );
  return rows[0] as BoilerOverview['latest'];
}

async function readAnomalies(pool: Pool, fromMs: number): Promise<AnomalyRow[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT last.boiler, last.measured_at_ms AS measuredAtMs, last.measure, last.kind, minute.count AS \`values\`,
        last.value, last.expected_low AS expectedLow, last.expected_high AS expectedHigh, minute.alerts > 0 AS isAlert
      FROM (
        SELECT boiler, measure, kind, MAX(measured_at_ms) AS lastMs, COUNT(*) AS count, SUM(alert <> 'quiet') AS alerts
          FROM anomalies WHERE measured_at_ms >= ?
          GROUP BY boiler, measure, kind, measured_at_ms DIV ${MINUTE_MS}
          ORDER BY lastMs DESC LIMIT ${ANOMALIES_SHOWN}
      ) AS minute
      JOIN anomalies AS last ON last.boiler = minute.boiler AND last.measure = minute.measure
        AND last.kind = minute.kind AND last.measured_at_ms = minute.lastMs
      ORDER BY measuredAtMs DESC, last.boiler, last.measure`,
    [fromMs],
  );
  return rows.map((row) => ({ ...row, isAlert: row.isAlert === 1 }) as AnomalyRow);
}

async function readAlertTimes(pool: Pool, fromMs: number): Promise<number[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT measured_at_ms AS at FROM anomalies WHERE measured_at_ms >= ? AND alert <> 'quiet' ORDER BY at",
    [fromMs],
  );
  return rows.map((row) => row.at);
}

async function countAnomalies(pool: Pool, fromMs: number): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS count FROM anomalies WHERE measured_at_ms >= ?',
    [fromMs],
  );
  return Number(rows[0]?.count);
}

async function readBatches(pool: Pool, fromMs: number): Promise<BatchRow[]> {
  // The ids sort as the minutes do.
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT batch_id AS batchId, COUNT(*) AS batches, SUM(readings) AS readings, SUM(anomalies) AS anomalies,
        COUNT(DISTINCT consumer) AS consumers
      FROM batches WHERE batch_id >= ? GROUP BY batch_id ORDER BY batch_id DESC`,
    [batchId(fromMs)],
  );
  // Sums are DECIMAL, which mysql2 gives as text.
  return rows.map(
    (row) => ({ ...row, readings: Number(row.readings), anomalies: Number(row.anomalies) }) as BatchRow,
  );
}
