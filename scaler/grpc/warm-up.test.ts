import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { freePorts } from '../../apps/local-stack/servers/free-ports.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { Authority, type Pair } from '../../test/support/authority.js';
import { RecordedLog } from '../../test/support/recorded-log.js';
import { workloadOpenMetrics } from '../../test/support/workload-openmetrics.js';
import { loadConfig } from '../config/load.js';
import { type Scaler, startScaler } from '../main.js';
import { callUnary, connect } from './client.js';
import { askReplicas } from './replicas.js';

const HOUR = 3600;
const endSeconds = Math.floor(Date.now() / 1000 / HOUR) * HOUR + HOUR;
const TRIGGERS = 12;
const ref = (n: number) => ({
  name: `app-${n}`,
  namespace: 'apps',
  scalerMetadata: {
    // Each a query of its own, so that each needs a history and a fit of its own.
    query: `web_load * ${n + 1}`,
    threshold: '10',
    metricName: 'load',
    historyTimeWindow: '3d',
    predictHorizon: '1h',
  },
});

describe('a replica that starts beside others', function () {
  this.timeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), 'scaler-replicas-'));
  const recorded = new RecordedLog();
  const running: Scaler[] = [];
  let prometheus: PrometheusServer;
  let port: number;
  /** What the name of the replicas resolves to. */
  let addresses: string[];

  before(async () => {
    prometheus = await PrometheusServer.start({
      history: workloadOpenMetrics({ startSeconds: endSeconds - 4 * 24 * HOUR, endSeconds }),
    });
  });
  beforeEach(async () => {
    port = (await freePorts(1))[0]!;
    addresses = ['127.0.0.1', '127.0.0.2'];
    const real = dns.promises.lookup;
    mock.method(dns.promises, 'lookup', async (host: string, options: object) =>
      host === 'replicas.test' ? addresses.map((address) => ({ address, family: 4 })) : real(host, options),
    );
  });
  afterEach(async () => {
    for (const scaler of running.splice(0)) await scaler.stop();
    mock.restoreAll();
  });
  after(async () => {
    await prometheus?.close();
    rmSync(folder, { recursive: true });
  });

  async function start(
    host: string,
    further: Record<string, string> = {},
    warmUpSeconds = 120,
  ): Promise<Scaler> {
    const config = loadConfig({
      environment: {
        SCALER_GRPC_ADDRESS: `${host}:${port}`,
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
        SCALER_REPLICAS_ADDRESS: `replicas.test:${port}`,
        SCALER_PLANNER_THREADS: '1',
        ...further,
      },
    });
    const replicas = { ...config.replicas, warmUpSeconds };
    const scaler = await startScaler({ ...config, replicas }, { log: recorded.log });
    running.push(scaler);
    return scaler;
  }

  const readyz = async ({ httpPort }: Scaler) => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
    return `${response.status} ${(await response.text()).trim()}`;
  };

  /** The reasons that a replica's page gives, without making anything known to it. */
  async function reasons({ httpPort }: Scaler): Promise<string[]> {
    const page = await (await fetch(`http://127.0.0.1:${httpPort}/api/triggers`)).json();
    return (page as { triggers: { reason: string }[] }).triggers.map(({ reason }) => reason);
  }

  async function ask(host: string, n: number): Promise<number> {
    const client = connect(`${host}:${port}`, credentials.createInsecure());
    try {
      const request = { scaledObjectRef: ref(n), metricName: 'load' };
      const { metricValues } = await callUnary(client, 'GetMetrics', request, 30);
      return metricValues[0]!.metricValueFloat;
    } finally {
      client.close();
    }
  }

  async function warmFirst(): Promise<Scaler> {
    const first = await start('127.0.0.1');
    await first.ready;
    for (let n = 0; n < TRIGGERS; n++) await ask('127.0.0.1', n);
    await pollUntil('models of the first', async () =>
      (await reasons(first)).every((reason) => /forecast|observed/.test(reason)),
    );
    return first;
  }

  it('is ready when it forecasts for their triggers as they do, and not before', async () => {
    await warmFirst();
    const second = await start('127.0.0.2');
    assert.match(await readyz(second), /^503 not ready: /);
    await second.ready;
    assert.equal(await readyz(second), '200 ready');
    // Nobody has asked it anything yet.
    const known = await reasons(second);
    assert.equal(known.length, TRIGGERS);
    assert.ok(
      known.every((reason) => /forecast|observed/.test(reason)),
      known.join(', '),
    );
    // One of them may take a step in some seconds before the other.
    for (let n = 0; n < TRIGGERS; n++)
      await pollUntil('equal answers', async () => {
        const [one, other] = await Promise.all([ask('127.0.0.1', n), ask('127.0.0.2', n)]);
        return Math.abs(one - other) <= 0.02 * one;
      });
  });

  it('is ready at once in a new install, where no replica has a trigger yet', async () => {
    const both = await Promise.all([start('127.0.0.1'), start('127.0.0.2')]);
    await Promise.all(both.map(({ ready }) => ready));
    for (const scaler of both) assert.equal(await readyz(scaler), '200 ready');
    assert.deepEqual(await reasons(both[0]!), []);
  });

  it('waits until the name service of the others knows it', async () => {
    await warmFirst();
    addresses = ['127.0.0.2'];
    const second = await start('127.0.0.2');
    // Its own calls come from 127.0.0.1, which is not listed: it is refused, like all that are no replica.
    await pollUntil('a refusal', () =>
      recorded.lines.some(({ msg }) => String(msg).includes('refused to list the triggers')),
    );
    assert.match(await readyz(second), /^503/);
    addresses = ['127.0.0.1', '127.0.0.2'];
    await second.ready;
    assert.equal((await reasons(second)).length, TRIGGERS);
  });

  it('lists its triggers to replicas only', async () => {
    await warmFirst();
    const signal = AbortSignal.timeout(1500);
    mock.restoreAll();
    mock.method(dns.promises, 'lookup', async () => [{ address: '127.0.0.1', family: 4 }]);
    const asked = () => askReplicas({ host: 'replicas.test', port }, undefined, recorded.log, signal);
    assert.equal((await asked()).length, TRIGGERS);
    let calls = 0;
    mock.restoreAll();
    // The caller finds the replica, which does not know the caller's address.
    mock.method(dns.promises, 'lookup', async () => [
      { address: calls++ % 2 === 0 ? '127.0.0.1' : '10.9.9.9', family: 4 },
    ]);
    assert.deepEqual(await asked(), []);
    const refused = recorded.lines.filter(({ code }) => code === status.PERMISSION_DENIED);
    assert.ok(refused.length > 0);
  });

  it('looks the others up again when the name service fails at first', async () => {
    await warmFirst();
    let lookups = 0;
    mock.restoreAll();
    mock.method(dns.promises, 'lookup', async () => {
      if (++lookups === 1) throw Object.assign(new Error('lookup failed'), { code: 'EAI_AGAIN' });
      return [{ address: '127.0.0.1', family: 4 }];
    });
    const address = { host: 'replicas.test', port };
    const { signal } = new AbortController();
    assert.equal((await askReplicas(address, undefined, recorded.log, signal)).length, TRIGGERS);
  });

  it('leaves no listeners behind, however many replicas there are', async () => {
    addresses = Array.from({ length: 20 }, (_, i) => `127.0.0.${i + 1}`);
    const warnings: Error[] = [];
    const take = (warning: Error) => warnings.push(warning);
    process.on('warning', take);
    try {
      const { signal } = new AbortController();
      assert.deepEqual(
        await askReplicas({ host: 'replicas.test', port }, undefined, recorded.log, signal),
        [],
      );
      // Warnings are emitted with the next tick.
      await setImmediate();
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', take);
    }
  });

  it('asks no more replicas once it stops', async () => {
    const stopping = new AbortController();
    const asked = new Set<string>();
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => {
      sockets.push(socket);
      asked.add(socket.localAddress!);
      stopping.abort();
    });
    await once(silent.listen(port, '0.0.0.0'), 'listening');
    try {
      const address = { host: 'replicas.test', port };
      assert.deepEqual(await askReplicas(address, undefined, recorded.log, stopping.signal), []);
      assert.deepEqual([...asked], ['127.0.0.1']);
    } finally {
      silent.close();
      for (const socket of sockets) socket.destroy();
    }
  });

  it('is ready after the bound when Prometheus hangs', async () => {
    await warmFirst();
    const hanging: Server = createServer(() => {});
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    try {
      const second = await start(
        '127.0.0.2',
        { SCALER_PROMETHEUS_ADDRESS: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}` },
        3,
      );
      await pollUntil('the triggers', async () => / 12 triggers/.test(await readyz(second)));
      await second.ready;
      assert.equal(await readyz(second), '200 ready');
    } finally {
      hanging.closeAllConnections();
      hanging.close();
    }
  });

  it('says that it has no models when Prometheus is down', async () => {
    await warmFirst();
    const nothing = (await freePorts(1))[0]!;
    const second = await start('127.0.0.2', { SCALER_PROMETHEUS_ADDRESS: `http://127.0.0.1:${nothing}` });
    await second.ready;
    const { triggers, withModel, withoutModel } = recorded.lines.findLast(({ msg }) =>
      String(msg).startsWith('warmed up'),
    )!;
    assert.deepEqual(
      { triggers, withModel, withoutModel },
      { triggers: TRIGGERS, withModel: 0, withoutModel: TRIGGERS },
    );
  });

  it('asks over mutual TLS with the certificate that replicas share, and is asked with no other', async () => {
    const authority = new Authority(folder, 'authority');
    const good = authority.issue('replica');
    const tls = ({ certFile, keyFile }: Pair) => ({
      SCALER_GRPC_CERT_FILE: certFile,
      SCALER_GRPC_KEY_FILE: keyFile,
      SCALER_GRPC_CLIENT_CA_FILE: authority.caFile,
    });
    const first = await start('127.0.0.1', tls(good));
    const [ca, key, cert] = [authority.caFile, good.keyFile, good.certFile].map((file) => readFileSync(file));
    const client = connect(`localhost:${port}`, credentials.createSsl(ca!, key!, cert!));
    await callUnary(client, 'IsActive', ref(0), 30).finally(() => client.close());
    await first.ready;
    const second = await start('127.0.0.2', tls(good));
    await second.ready;
    assert.equal((await reasons(second)).length, 1);

    const address = { host: 'replicas.test', port };
    const signal = AbortSignal.timeout(10_000);
    const stranger = new Authority(folder, 'elsewhere').issue('stranger');
    const theirs = { certFile: stranger.certFile, keyFile: stranger.keyFile };
    const refs = await askReplicas(address, theirs, recorded.log, signal).catch(
      (error: ServiceError) => error,
    );
    assert.deepEqual(refs, []);
  });

  it('warns of a certificate that other replicas refuse, and of no other', async () => {
    const authority = new Authority(folder, 'uses');
    const warnings = async (usage?: 'clientAuth' | 'serverAuth') => {
      const { certFile, keyFile } = authority.issue(`uses-${usage}`, 2, usage);
      const before = recorded.lines.length;
      await start('127.0.0.1', {
        SCALER_GRPC_CERT_FILE: certFile,
        SCALER_GRPC_KEY_FILE: keyFile,
        SCALER_GRPC_CLIENT_CA_FILE: authority.caFile,
      });
      await running.pop()!.stop();
      return recorded.lines.slice(before).filter(({ msg }) => /for servers only/.test(String(msg)));
    };
    assert.equal((await warnings('serverAuth')).length, 1);
    assert.deepEqual(await warnings('clientAuth'), []);
    assert.deepEqual(await warnings(), []);
  });
});
