import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, type Pool } from 'mysql2/promise';
import { ConfigurationError } from '../../shared/configuration-error.js';
import type { Logger } from '../../shared/log.js';
import { createTables } from './tables.js';
import type { DatabaseAddress } from './variables.js';

const CONNECT_TIMEOUT_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 1000;

/** How long the server may take to answer. TCP alone waits a quarter of an hour for a machine that is gone. */
const ANSWER_TIMEOUT_SECONDS = 10;

/** Error code of a connection that was closed because the server did not answer. */
const NO_ANSWER = 'NO_ANSWER';

/** Waiting does not cure these: wrong user or password, no rights on the database, no such database. */
const permanentCodes = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
]);

/**
 * Opens a pool of connections and creates the tables where they are missing.
 *
 * @param options.startTimeoutSeconds how long the server may take to answer
 * @param options.connections most connections open at once
 * @throws ConfigurationError with the cause when the server does not answer in time, and at once when it refuses the
 *   user or the database
 */
export async function openDatabase(
  address: DatabaseAddress,
  options: { startTimeoutSeconds: number; connections: number; log: Logger },
): Promise<Pool> {
  const pool = createPool({
    host: address.MYSQL_HOST,
    port: address.MYSQL_PORT,
    database: address.MYSQL_DATABASE,
    user: address.MYSQL_USER,
    password: address.MYSQL_PASSWORD,
    connectionLimit: options.connections,
    connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
    enableKeepAlive: true,
  });
  // This also closes idle connections; the pool opens new ones.
  pool.on('connection', (connection) => {
    const { stream } = connection as unknown as { stream: Socket };
    stream.setTimeout(ANSWER_TIMEOUT_SECONDS * 1000, () =>
      stream.destroy(Object.assign(new Error(NO_ANSWER), { code: NO_ANSWER })),
    );
  });
  const deadline = performance.now() + options.startTimeoutSeconds * 1000;
  for (;;) {
    try {
      await createTables(pool);
      return pool;
    } catch (error) {
      const reason = explainDatabaseError(error, address);
      const permanent = permanentCodes.has(String((error as NodeJS.ErrnoException).code));
      if (permanent || performance.now() + RETRY_MILLISECONDS > deadline) {
        await pool.end();
        const tried = permanent ? '' : ` Tried for ${options.startTimeoutSeconds} s.`;
        throw new ConfigurationError(reason + tried, { cause: error });
      }
      options.log.warn({ reason }, 'no database yet');
      await delay(RETRY_MILLISECONDS);
    }
  }
}

/** Turns an error of mysql2 into a cause that an operator can act on; never with the password. */
export function explainDatabaseError(error: unknown, address: DatabaseAddress): string {
  const { code } = error as NodeJS.ErrnoException;
  const at = `the database server at ${address.MYSQL_HOST}:${address.MYSQL_PORT}`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${at} cannot be found: no address is known for the host. Check MYSQL_HOST.`;
    case 'ECONNREFUSED':
      return `${at} does not answer: nothing listens on that port. Check MYSQL_PORT and whether it runs.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return `${at} cannot be reached over the network (${code}). Check MYSQL_HOST and the firewall.`;
    case NO_ANSWER:
      return `${at} has not answered for ${ANSWER_TIMEOUT_SECONDS} s. Check its load, its locks and the network.`;
    case 'ER_ACCESS_DENIED_ERROR':
      return `${at} refuses the user "${address.MYSQL_USER}". Check MYSQL_USER and MYSQL_PASSWORD.`;
    case 'ER_BAD_DB_ERROR':
      return `${at} has no database "${address.MYSQL_DATABASE}". Create it, or check MYSQL_DATABASE.`;
    case 'ER_DBACCESS_DENIED_ERROR':
    case 'ER_TABLEACCESS_DENIED_ERROR':
      return `${at} does not let "${address.MYSQL_USER}" use the database "${address.MYSQL_DATABASE}". Grant it.`;
  }
  return `${at} fails: ${reasonOf(error)}`;
}

/** mysql2 reports a failed connection to a name with several addresses as an error without words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  const { message, code } = error as NodeJS.ErrnoException;
  return message || String(code);
}
