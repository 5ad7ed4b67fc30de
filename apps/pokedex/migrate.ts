import type { Pool, RowDataPacket } from 'mysql2/promise';

/** How long one replica waits for another that is migrating. */
const LOCK_TIMEOUT_SECONDS = 60;

/**
 * Creates the table and fills it, where that has not been done: any number of replicas may start at once and one does
 * the work. When the list of names has grown since, the new ones are added.
 * @param names of the National Pokédex in its order; the first has number 1
 * @throws the database's error; the next call begins again and finishes what is missing
 */
export async function migrate(pool: Pool, names: readonly string[]): Promise<void> {
  const connection = await pool.getConnection();
  try {
    // The name of a lock is server-wide: two databases on one server must not wait for each other.
    const lock = "CONCAT(LEFT(DATABASE(), 40), '.pokedex-migration')";
    const [answer] = await connection.query<RowDataPacket[]>(`SELECT GET_LOCK(${lock}, ?) AS held`, [
      LOCK_TIMEOUT_SECONDS,
    ]);
    if (answer[0]?.held !== 1)
      throw new Error(`another replica has been migrating for over ${LOCK_TIMEOUT_SECONDS} s`);
    try {
      await connection.query(
        'CREATE TABLE IF NOT EXISTS pokemon (' +
          'number SMALLINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL' +
          ') CHARACTER SET utf8mb4',
      );
      const [counted] = await connection.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM pokemon');
      if (Number(counted[0]?.count) < names.length)
        await connection.query(
          'INSERT INTO pokemon (number, name) VALUES ? ON DUPLICATE KEY UPDATE name = VALUES(name)',
          [names.map((name, index) => [index + 1, name])],
        );
    } finally {
      await connection.query(`DO RELEASE_LOCK(${lock})`);
    }
  } finally {
    connection.release();
  }
}
