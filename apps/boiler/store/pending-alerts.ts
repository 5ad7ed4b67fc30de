import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { AnomalyKind } from '../anomaly/detect.js';
import type { Measure } from '../reading.js';

/** An alert that is due or was raised: one anomaly, the first of its episode. */
export interface Alert {
  /** The reading that gave rise to it; with `measure` it identifies the alert. */
  readonly readingId: string;
  readonly boiler: string;
  readonly measure: Measure;
  readonly kind: AnomalyKind;
  readonly measuredAtMs: number;
  readonly value: number;
  readonly expectedLow: number;
  readonly expectedHigh: number;
}

/**
 * The alerts that are due for some readings and not known to be sent. Asked for after every batch, by its readings: a
 * consumer killed between storing and alerting leaves them here, and the readings come again to another consumer.
 */
export async function pendingAlerts(pool: Pool, readingIds: readonly string[]): Promise<Alert[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT reading_id AS readingId, boiler, measure, kind, measured_at_ms AS measuredAtMs, value,
        expected_low AS expectedLow, expected_high AS expectedHigh
      FROM anomalies WHERE reading_id IN (?) AND alert = 'pending' ORDER BY measured_at_ms`,
    [readingIds],
  );
  return rows as Alert[];
}

/** Notes that RabbitMQ has confirmed these alerts. */
export async function markAlertsSent(pool: Pool, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  await pool.query("UPDATE anomalies SET alert = 'sent' WHERE (reading_id, measure) IN (?)", [
    alerts.map((alert) => [alert.readingId, alert.measure]),
  ]);
}
