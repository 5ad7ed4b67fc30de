import { after } from 'mocha';
import { MariadbServer } from '../../apps/local-stack/servers/mariadb-server.js';

let starting: Promise<MariadbServer> | undefined;

/**
 * The MariaDB server that all test files of one mocha run share; the first caller starts it, and it is stopped after
 * the last test. Each test takes a database of its own.
 */
export function sharedMariadb(): Promise<MariadbServer> {
  starting ??= MariadbServer.start();
  return starting;
}

// Outside of any `describe`: this belongs to mocha's root suite, and so runs once after all files.
after(async function closeSharedMariadb() {
  this.timeout(60_000);
  await (await starting)?.close();
});
