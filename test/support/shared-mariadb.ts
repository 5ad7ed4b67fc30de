import { MariadbServer } from '../../apps/local-stack/servers/mariadb-server.js';
import { sharedServer } from './shared-servers.js';

/** The MariaDB server that all test files of a run share. Each test takes a database of its own. */
export async function sharedMariadb(): Promise<MariadbServer> {
  return MariadbServer.at((await sharedServer('mariadb')) as number);
}
