import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a document's blocks need, and a command that succeeds once they have done what the document says. */
const documents: readonly [file: string, servers: string, check: string][] = [
  ['apps/hello-metrics/README.md', '', 'true'],
  ['apps/telemetry/README.md', '', 'true'],
  ['apps/pokedex/README.md', 'mariadb', 'true'],
  [
    'apps/boiler/README.md',
    'mariadb,rabbitmq',
    'curl -sf http://127.0.0.1:8090/api/overview | grep -q \'"name":"boiler-1"\'',
  ],
  [
    'apps/metric-sender/README.md',
    'rabbitmq',
    'curl -sf http://127.0.0.1:8002/metrics | grep "^metric_receiver_messages_received_total{.*} [1-9]"',
  ],
];

const isolated = ['--net', 'sh', '-c', 'PATH=$PATH:/usr/sbin; ip link set lo up && exec "$@"', 'sh'];

describe('the blocks of the workloads’ READMEs, pasted into a shell', function () {
  this.timeout(400_000);

  before(function () {
    // The ports of the documents are free only in a network of one's own.
    if (spawnSync('unshare', [...isolated, 'true']).status === 0) return;
    console.warn('      SKIPPED: this user may not make a network of its own (unshare --net)');
    this.skip();
  });

  for (const [file, servers, check] of documents)
    it(`${file} works`, async () => {
      const runner = fileURLToPath(new URL('./run-blocks.js', import.meta.url));
      await promisify(execFile)('unshare', [...isolated, process.execPath, runner, file, servers, check], {
        maxBuffer: 64 << 20,
      });
    });
});
