import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { Authority } from '../../test/support/authority.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { refusalOf, startCommand } from '../../test/support/run-command.js';
import { createGrpcServer, type GrpcServer } from '../grpc/server.js';
import { ScalerError } from '../shared/errors.js';

const start = (...options: string[]) => startCommand(['probe', ...options]);

const metadata = ['-m', 'query=up', '-m', 'threshold=2.5', '-m', 'metricName=web-load'];

describe('predictive-scaler probe', () => {
  let folder: string;
  let authority: Authority;
  let answers: InMemoryAnswers;
  let server: GrpcServer;
  let tlsServer: GrpcServer;
  let address: string;
  let tlsAddress: string;
  let httpAddress: string;
  const httpServer = createServer((_, response) => void response.end());

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'probe-'));
    authority = new Authority(folder, 'ca');
    answers = new InMemoryAnswers();
    const parts = { answers, parseTrigger: countingParser() };
    server = createGrpcServer(parts);
    tlsServer = createGrpcServer({
      ...parts,
      tls: { ...authority.issue('server'), clientCaFile: authority.caFile },
    });
    address = `localhost:${await server.listen({ host: 'localhost', port: 0 })}`;
    await once(httpServer.listen(0, '127.0.0.1'), 'listening');
    httpAddress = `127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
    tlsAddress = `localhost:${await tlsServer.listen({ host: 'localhost', port: 0 })}`;
  });

  after(async () => {
    httpServer.close();
    await Promise.all([server.drain(), tlsServer.drain()]);
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => answers.set('web-load', 7));

  it('prints what each RPC answers, with its time', async () => {
    const { code, stdout } = await start(address, ...metadata).ended;
    assert.equal(code, 0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows[0], ['call', 'ms', 'status', 'answer']);
    assert.deepEqual(
      rows.slice(1).map(([call, ms, ...rest]) => [call, /^\d+\.\d$/.test(ms!), ...rest]),
      [
        ['connect', true, 'OK'],
        ['GetMetricSpec', true, 'OK', 'web-load, target 2.5 per replica (as int64: 25)'],
        ['GetMetrics', true, 'OK', 'web-load = 7 (as int64: 70), 2.8 times the target'],
        ['IsActive', true, 'OK', 'active'],
        ['StreamIsActive', true, 'OK', 'active'],
        ['StreamMetricSpec', true, 'OK', 'web-load, target 2.5 per replica (as int64: 25)'],
      ],
    );
  });

  it('prints JSON for machines', async () => {
    const { code, stdout } = await start(address, ...metadata, '--json').ended;
    assert.equal(code, 0);
    const { calls, streams } = JSON.parse(stdout);
    assert.deepEqual(calls[1].response, {
      metricValues: [{ metricName: 'web-load', metricValue: '70', metricValueFloat: 7 }],
    });
    assert.deepEqual(streams[0].messages[0].message, { result: true });
  });

  it('shows the errors of the scaler and ends with 1', async () => {
    answers.fail('web-load', new ScalerError('unavailable', 'Prometheus does not answer'));
    const { code, stdout, stderr } = await start(address, ...metadata).ended;
    assert.equal(code, 1);
    assert.match(stdout, /^GetMetricSpec +\d+\.\d +OK/m);
    assert.match(stdout, /^GetMetrics +\d+\.\d +UNAVAILABLE +Prometheus does not answer$/m);
    assert.match(stdout, /^StreamIsActive +UNAVAILABLE +Prometheus does not answer$/m);
    assert.equal(
      stderr,
      'predictive-scaler: 3 of 5 calls failed: ' +
        'GetMetrics (UNAVAILABLE), IsActive (UNAVAILABLE), StreamIsActive (UNAVAILABLE)\n',
    );
  });

  it('watches the streams until it is interrupted', async () => {
    const probe = start(address, ...metadata, '--watch');
    await pollUntil('the first state to be printed', () =>
      /StreamIsActive {2}active/.test(probe.texts.stdout),
    );
    answers.set('web-load', 0);
    await pollUntil('the change to be printed', () =>
      /^ +\d+\.\d s {2}StreamIsActive {2}not active$/m.test(probe.texts.stdout),
    );
    probe.interrupt();
    const { code, stderr } = await probe.ended;
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  it('goes on watching when the scaler ends its streams, and repeats nothing', async () => {
    const parts = { answers, parseTrigger: countingParser() };
    const shortLived = createGrpcServer({ ...parts, limits: { connectionAgeSeconds: 0.5 } });
    const port = await shortLived.listen({ host: 'localhost', port: 0 });
    const probe = start(`localhost:${port}`, ...metadata, '--watch');
    try {
      await pollUntil('the first state to be printed', () =>
        /s {2}StreamIsActive {2}active/.test(probe.texts.stdout),
      );
      for (const subscribers of [0, 1, 0])
        await pollUntil(`${subscribers} streams`, () => answers.subscribers === subscribers);
      answers.set('web-load', 0);
      await pollUntil('the change to be printed', () =>
        /s {2}StreamIsActive {2}not active$/m.test(probe.texts.stdout),
      );
      assert.equal(probe.texts.stdout.match(/s {2}StreamIsActive {2}active$/gm)?.length, 1);
    } finally {
      probe.interrupt();
      assert.equal((await probe.ended).code, 0);
      await shortLived.drain();
    }
  });

  it('speaks mutual TLS, with a name and with an IP address', async () => {
    const { certFile, keyFile } = authority.issue('client');
    const tls = ['--tls-ca', authority.caFile, '--tls-cert', certFile, '--tls-key', keyFile];
    for (const host of ['localhost', '127.0.0.1']) {
      const asked = tlsAddress.replace('localhost', host);
      const { code, stderr } = await start(asked, ...metadata, ...tls).ended;
      assert.deepEqual([code, stderr], [0, '']);
    }
  });

  for (const [what, options, code, message] of [
    ['no address', () => [], 2, /^error: missing required argument 'address'\n$/],
    [
      'an address without a port',
      () => ['localhost'],
      2,
      /address: received "localhost", expected host:port\n$/,
    ],
    [
      'an address with a scheme',
      () => ['http://localhost:50051'],
      2,
      /address: received "http:\/\/localhost:50051", expected host:port\n$/,
    ],
    [
      'a port that there cannot be',
      () => ['127.0.0.1:99999'],
      2,
      /address: received "127\.0\.0\.1:99999", expected host:port with a port from 1 to 65535\n$/,
    ],
    [
      'a port that speaks HTTP',
      () => [httpAddress],
      1,
      /cannot reach 127\.0\.0\.1:\d+: it does not speak gRPC there; give the port of gRPC, and --tls where it has TLS\n$/,
    ],
    [
      'metadata without a value',
      () => [address, '-m', 'query'],
      2,
      /'query' is invalid\. Expected key=value\.\n$/,
    ],
    ['a key given twice', () => [address, '-m', 'a=1', '-m', 'a=2'], 2, /The key a is given twice\.\n$/],
    ['a time that is none', () => [address, '--timeout', 'long'], 2, /'long' is invalid\. Expected seconds/],
    [
      'a missing file',
      () => [address, '--tls-ca', '/nonexistent'],
      2,
      /--tls-ca: \/nonexistent cannot be read \(there is no such file\)\n$/,
    ],
    [
      'half a pair',
      () => [address, '--tls-cert', authority.caFile],
      2,
      /needs both --tls-cert and --tls-key/,
    ],
    [
      'a key that is none',
      () => [tlsAddress, '--tls-cert', authority.caFile, '--tls-key', nonsense()],
      2,
      /the TLS files cannot be used: .+\n$/,
    ],
    [
      'a port where nobody listens',
      () => ['localhost:1'],
      1,
      /cannot reach localhost:1: connect ECONNREFUSED \S+\n$/,
    ],
    ['a name that does not resolve', () => ['nobody.invalid:1'], 1, /cannot reach nobody\.invalid:1: .+\n$/],
    [
      'TLS to a plaintext port',
      () => [address, '--tls'],
      1,
      /cannot reach localhost:\d+: TLS failed \(wrong version number\)\n$/,
    ],
    [
      'plaintext to a TLS port',
      () => [tlsAddress, '--timeout', '2'],
      1,
      /(cannot reach localhost:\d+: .*--tls|did not answer) /,
    ],
    [
      'an authority that is not trusted',
      () => [tlsAddress, '--tls'],
      1,
      /cannot reach localhost:\d+: .*certificate.*\n$/,
    ],
  ] as const) {
    it(`tells ${what} in one line`, async () => {
      const ended = await refusalOf(['probe', ...options()]);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
      assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
    });
  }

  /** A file that holds no PEM. */
  function nonsense(): string {
    const file = join(folder, 'nonsense.key');
    writeFileSync(file, 'nonsense');
    return file;
  }

  it('has a help with an example', async () => {
    const { code, stdout } = await start('--help').ended;
    assert.equal(code, 0);
    assert.match(stdout, /\nExample:\n {2}predictive-scaler probe localhost:50051 /);
  });
});
