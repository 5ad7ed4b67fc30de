import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { packageRoot } from '../scaler/shared/package-root.js';
import { sharedMariadb } from '../test/support/shared-mariadb.js';

describe('the databases of the compose stack', () => {
  it('are made with a user each, who reaches its own and no other, whatever its password holds', async () => {
    const server = new URL((await sharedMariadb()).url());
    const passwords = { pokedex: `it's a "pass\\word" $HOME`, boiler: 'plain' };
    const script = join(packageRoot, 'compose/mysql/create-databases.sh');
    const environment = {
      PATH: process.env.PATH,
      MYSQL_ROOT_PASSWORD: '',
      POKEDEX_MYSQL_PASSWORD: passwords.pokedex,
      BOILER_MYSQL_PASSWORD: passwords.boiler,
    };
    const address = ['--protocol=tcp', `--host=${server.hostname}`, `--port=${server.port}`];
    await promisify(execFile)('sh', [script, ...address], { env: environment });

    for (const [user, password] of Object.entries(passwords)) {
      const connection = await mysql.createConnection({
        host: server.hostname,
        port: Number(server.port),
        user,
        password,
        database: user,
      });
      await connection.query('CREATE TABLE probe (id INT)');
      const other = user === 'pokedex' ? 'boiler' : 'pokedex';
      await assert.rejects(connection.query(`CREATE TABLE ${other}.probe (id INT)`), /denied/);
      await connection.end();
    }
  });
});
