import type { Pool } from 'mysql2/promise';

/**
 * The tables. Times are milliseconds since the Unix epoch, which no session time zone can shift; ids and names compare
 * byte by byte.
 *
 * - `readings`: what was measured. The primary key is the message's id, so a second delivery cannot become a second row.
 * - `batches`: one row per batch that stored something. `batch_id` is the minute; `number` distinguishes batches.
 * - `anomalies`: values out of the ordinary. `alert` is `quiet` for one that continues an episode already alerted,
 *   `pending` until its alert is confirmed by RabbitMQ, then `sent`.
 */
const tables = [
  `CREATE TABLE IF NOT EXISTS batches (
    number BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    batch_id CHAR(16) NOT NULL,
    consumer VARCHAR(255) NOT NULL,
    taken_at_ms BIGINT NOT NULL,
    readings INT UNSIGNED NOT NULL,
    anomalies INT UNSIGNED NOT NULL,
    KEY batches_by_id (batch_id)
  ) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE IF NOT EXISTS readings (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    boiler VARCHAR(64) NOT NULL,
    measured_at_ms BIGINT NOT NULL,
    temperature DOUBLE NOT NULL,
    pressure DOUBLE NOT NULL,
    steam_flow DOUBLE NOT NULL,
    water_level DOUBLE NOT NULL,
    batch_number BIGINT UNSIGNED NOT NULL,
    KEY readings_by_boiler (boiler, measured_at_ms),
    KEY readings_by_time (measured_at_ms, boiler, temperature),
    KEY readings_by_batch (batch_number)
  ) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin`,
  `CREATE TABLE IF NOT EXISTS anomalies (
    reading_id VARCHAR(64) NOT NULL,
    measure VARCHAR(16) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    boiler VARCHAR(64) NOT NULL,
    measured_at_ms BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    expected_low DOUBLE NOT NULL,
    expected_high DOUBLE NOT NULL,
    alert ENUM('quiet', 'pending', 'sent') NOT NULL,
    PRIMARY KEY (reading_id, measure),
    KEY anomalies_by_time (measured_at_ms),
    KEY anomalies_by_episode (boiler, measure, kind, measured_at_ms)
  ) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin`,
];

/** Creates the tables where they are missing; any number of programs may do so at once. */
export async function createTables(pool: Pool): Promise<void> {
  for (const statement of tables) await pool.query(statement);
}
