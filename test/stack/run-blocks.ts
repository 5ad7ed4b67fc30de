/**
 * Runs the command blocks of a document, as a reader pastes them into a shell, with the servers that they need on the
 * usual ports. To be started in a network of its own: `run-blocks.js FILE SERVERS CHECK`.
 *
 * @param FILE relative to the repository
 * @param SERVERS `mariadb`, `rabbitmq`, both with a comma, or nothing
 * @param CHECK a shell command that must succeed within two minutes after the last block
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MariadbServer } from '../../apps/local-stack/servers/mariadb-server.js';
import { RabbitmqServer } from '../../apps/local-stack/servers/rabbitmq-server.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { shellBlocks } from '../support/shell-blocks.js';

const [file = '', servers = '', check = 'true'] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), 'blocks-'));
const database = servers.includes('mariadb') ? await MariadbServer.start({ port: 3306 }) : undefined;
const broker = servers.includes('rabbitmq') ? await RabbitmqServer.start({ amqpPort: 5672 }) : undefined;
// Where the `mariadb` of a reader finds the server of the machine, as a user that may create databases.
await writeFile(join(home, '.my.cnf'), '[client]\nhost=127.0.0.1\nuser=root\n');

const script = [
  'set -e',
  // What a block leaves in the background ends with the shell.
  `trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT`,
  ...shellBlocks(file).map(({ text }) => text),
  `for _ in $(seq 120); do if ${check}; then exit 0; fi; sleep 1; done`,
  'echo "the check does not succeed" >&2; exit 1',
].join('\n');
const shell = spawn('bash', ['-c', script], {
  cwd: packageRoot,
  stdio: 'inherit',
  // There is no registry in this network.
  env: { ...process.env, HOME: home, npm_config_prefer_offline: 'true' },
});
const [code] = await once(shell, 'exit');
await Promise.all([database?.close(), broker?.close()]);
await rm(home, { recursive: true, force: true });
process.exitCode = code ?? 1;
