import type { Pool, RowDataPacket } from 'mysql2/promise';
import { pino } from 'pino';
import type { Reading } from '../../../apps/boiler/reading.js';
import { openDatabase } from '../../../apps/boiler/store/database.js';
import { sharedMariadb } from '../shared-mariadb.js';

/** A database of a test's own on the shared server. */
export interface TestDatabase {
  readonly pool: Pool;
  /** Its address. */
  readonly url: string;
  /** What a program needs in its environment to use it. */
  readonly environment: Record<string, string>;
  /** Every reading stored, by id. */
  readings(): Promise<Map<string, Reading>>;
  /** How many rows a table has. */
  count(table: 'readings' | 'batches'): Promise<number>;
  /** The sum of what the batches say they stored. */
  readingsInBatches(): Promise<number>;
  /** Closes the pool. */
  close(): Promise<void>;
}

/** Creates an empty database with the boiler's tables. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await sharedMariadb();
  const url = new URL(server.url(await server.createDatabase()));
  const address = {
    MYSQL_HOST: url.hostname,
    MYSQL_PORT: Number(url.port),
    MYSQL_DATABASE: url.pathname.slice(1),
    MYSQL_USER: url.username,
  };
  const pool = await openDatabase(address, {
    startTimeoutSeconds: 10,
    connections: 4,
    log: pino({ level: 'silent' }),
  });
  return {
    pool,
    url: url.href,
    environment: { ...address, MYSQL_PORT: url.port },
    async readings() {
      const [rows] = await pool.query<RowDataPacket[]>(
        `SELECT id, boiler, measured_at_ms AS measuredAtMs, temperature, pressure,
          steam_flow AS steamFlow, water_level AS waterLevel FROM readings`,
      );
      return new Map((rows as Reading[]).map((reading) => [reading.id, { ...reading }]));
    },
    async count(table) {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM ??', [table]);
      return Number(rows[0]?.count);
    },
    async readingsInBatches() {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT SUM(readings) AS sum FROM batches');
      return Number(rows[0]?.sum);
    },
    close: () => pool.end(),
  };
}
