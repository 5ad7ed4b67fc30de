import assert from 'node:assert/strict';
import mysql from 'mysql2/promise';
import { sharedMariadb } from '../../../test/support/shared-mariadb.js';
import { MariadbServer } from './mariadb-server.js';

describe('the MariaDB server for tests', () => {
  it('runs beside another one, keeps its data over a restart, and is gone when closed', async () => {
    const shared = await sharedMariadb();
    const neighbor = await mysql.createConnection(shared.url(await shared.createDatabase()));
    await neighbor.query('CREATE TEMPORARY TABLE passing (word VARCHAR(20)) ENGINE=Aria');
    const own = await MariadbServer.start();
    const url = own.url(await own.createDatabase());
    try {
      assert.notEqual(new URL(url).port, new URL(shared.url()).port);
      await neighbor.query('DROP TEMPORARY TABLE passing');
      await neighbor.end();
      const before = await mysql.createConnection(url);
      await before.query('CREATE TABLE kept (word VARCHAR(20))');
      await before.query("INSERT INTO kept VALUES ('still here')");
      await before.end();
      await own.pause();
      await assert.rejects(mysql.createConnection(url), { code: 'ECONNREFUSED' });
      await own.resume();

      const after = await mysql.createConnection(url);
      const [rows] = await after.query('SELECT word FROM kept');
      assert.deepEqual(rows, [{ word: 'still here' }]);
      await after.end();
    } finally {
      await own.close();
    }
    await assert.rejects(mysql.createConnection(url), { code: 'ECONNREFUSED' });
  });
});
