import { setTimeout as delay } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import type { Logger } from '../shared/log.js';
import { migrate } from './migrate.js';

/** How long a connection or a query may take before the database counts as away. */
const PATIENCE_MILLISECONDS = 3000;

/** How often the database is asked whether it is there. */
const CHECK_MILLISECONDS = 1000;

/** Requests that may wait for a connection; more would only wait longer than their clients do. */
const LONGEST_QUEUE = 200;

/** The database does not answer, or has not been filled yet. The message gives the reason. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** How to reach the database. */
export interface StoreAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  /** None for a user without one. */
  password: string | undefined;
  /** Most connections open at once. */
  connections: number;
}

/**
 * The names in MySQL. The database may be away at the start or go away later: the store keeps asking for it, fills it
 * when it is there for the first time, and works again as soon as it does.
 */
export class PokemonStore {
  readonly #pool: Pool;
  readonly #names: readonly string[];
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #migrated = false;
  #problem: string | undefined = 'not asked yet';

  /** @param names what the table is filled with, in the order of the National Pokédex */
  constructor(address: StoreAddress, names: readonly string[], log: Logger) {
    const { connections, ...server } = address;
    this.#pool = createPool({
      ...server,
      connectTimeout: PATIENCE_MILLISECONDS,
      connectionLimit: connections,
      queueLimit: LONGEST_QUEUE,
      enableKeepAlive: true,
    });
    this.#names = names;
    this.#log = log;
    // A check every second would bury the traces of requests.
    this.#watching = context.with(suppressTracing(context.active()), () => this.#watch());
  }

  /** Why the store cannot be asked now, or `undefined` when it can; not older than about a second. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * The name of a number.
   * @returns `undefined` when no Pokémon has it
   * @throws StoreUnavailableError
   */
  async find(number: number): Promise<string | undefined> {
    if (!this.#migrated) throw new StoreUnavailableError(`the database is not ready: ${this.#problem}`);
    try {
      const [rows] = await this.#pool.query<RowDataPacket[]>({
        sql: 'SELECT name FROM pokemon WHERE number = ?',
        values: [number],
        timeout: PATIENCE_MILLISECONDS,
      });
      return rows[0]?.name;
    } catch (error) {
      throw new StoreUnavailableError(`the database does not answer: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Stops asking and closes the connections; queries under way finish first. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    await this.#pool.end();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#check();
      await delay(CHECK_MILLISECONDS, undefined, { signal }).catch(() => {});
    }
  }

  async #check(): Promise<void> {
    const before = this.#problem;
    try {
      if (!this.#migrated) await migrate(this.#pool, this.#names);
      else await this.#pool.query({ sql: 'DO 0', timeout: PATIENCE_MILLISECONDS });
      this.#migrated = true;
      this.#problem = undefined;
      if (before !== undefined) this.#log.info('the database is ready');
    } catch (error) {
      this.#problem = reasonOf(error);
      if (before !== this.#problem) this.#log.warn({ reason: this.#problem }, 'the database is away');
    }
  }
}

/** mysql2 reports a failed connection to a name with several addresses as an error without words. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error
    ? error.message || String((error as NodeJS.ErrnoException).code)
    : String(error);
}
