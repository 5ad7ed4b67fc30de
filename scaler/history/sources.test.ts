import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { Authority } from '../../test/support/authority.js';
import { HistoryRecorder } from '../../test/support/history-recorder.js';
import { startHttpServer, type TestHttpServer } from '../../test/support/http-server.js';
import { sourceLimitsSchema, sourcesSchema } from '../prometheus/source-config.js';
import type { TriggerSource } from '../trigger/trigger.js';
import { Sources } from './sources.js';

const answer = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [0, '42'] }] },
});

const named = (name: string): TriggerSource => ({ kind: 'named', name });

function atAddress(
  address: string,
  changes: Partial<Extract<TriggerSource, { kind: 'address' }>> = {},
): TriggerSource {
  return { kind: 'address', address, headers: {}, queryParameters: {}, ...changes };
}

describe('Sources', () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  let recorder: HistoryRecorder;
  /** Headers of each request that the test's servers saw. */
  let seen: Record<string, unknown>[];

  beforeEach(() => {
    recorder = new HistoryRecorder();
    seen = [];
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function serve(tls?: ServerOptions, listener?: RequestListener): Promise<TestHttpServer> {
    const server = await startHttpServer((request, response) => {
      request.resume();
      seen.push({ ...request.headers });
      if (listener) listener(request, response);
      else response.end(answer);
    }, tls);
    cleanUps.push(() => server.close());
    return server;
  }

  function sourcesOf(config: object, lookup?: LookupFunction, limits: object = {}): Sources {
    const addressLimits = sourceLimitsSchema.parse(limits);
    const sources = new Sources(sourcesSchema.parse(config), recorder, { lookup, addressLimits });
    cleanUps.push(() => sources.close());
    return sources;
  }

  const valueFrom = async (sources: Sources, source: TriggerSource): Promise<number | undefined> =>
    (await sources.open(source).history.instant('load', 0)).value;

  it('opens a source by its name, and shares it', async () => {
    const { address } = await serve();
    const sources = sourcesOf({ named: { main: { address }, other: { address } } });
    const [one, two, other] = ['main', 'main', 'other'].map((name) => sources.open(named(name)));
    assert.equal(one!.history, two!.history);
    assert.notEqual(one!.history, other!.history);
    assert.deepEqual([one!.key, other!.key], ['main', 'other']);
    assert.equal((await two!.history.instant('load', 0)).value, 42);
  });

  it('keeps a source until the last history of it is released', async () => {
    const { address } = await serve();
    const sources = sourcesOf({ named: { main: { address } } });
    const { history } = sources.open(named('main'));
    const window = (query: string) =>
      sources.window({ source: named('main'), query, stepSeconds: 300, historySeconds: 3600 });
    const [one, two] = [window('a'), window('b')];
    one!.release();
    one!.release();
    assert.equal((await two!.observe(0)).value, 42);
    two!.release();
    await assert.rejects(history.instant('load', 0), { name: 'AbortError' });
    assert.equal((await sources.open(named('main')).history.instant('load', 0)).value, 42);
  });

  it('says which names there are', () => {
    const sources = sourcesOf({ named: { main: { address: 'http://a' }, mimir: { address: 'http://b' } } });
    for (const name of ['mian', 'constructor', '__proto__', ''])
      assert.throws(() => sources.open(named(name)), {
        kind: 'invalid',
        message: /known sources: main, mimir$/,
      });
  });

  it('refuses an address that is not on the list before any connection is made', async () => {
    const { address } = await serve();
    const sources = sourcesOf({ named: { main: { address } }, allowedAddresses: ['http://prometheus:9090'] });
    assert.throws(() => sources.open(atAddress(address)), { kind: 'invalid', message: /is not on the list/ });
    assert.equal(seen.length, 0);
  });

  it('keeps the credentials of a named source from an address, also when it is the same server', async () => {
    const { address } = await serve();
    const sources = sourcesOf({
      named: { main: { address, bearer: { token: 'hidden' }, headers: { 'X-Scope-OrgID': 'ours' } } },
      allowedAddresses: [address],
    });
    await valueFrom(sources, named('main'));
    await valueFrom(sources, atAddress(address, { headers: { 'X-Scope-OrgID': 'theirs' } }));
    assert.deepEqual(
      seen.map((headers) => [headers.authorization, headers['x-scope-orgid']]),
      [
        ['Bearer hidden', 'ours'],
        [undefined, 'theirs'],
      ],
    );
  });

  it('keeps addresses with other headers or parameters apart, under keys without secrets', async () => {
    const { address } = await serve();
    const sources = sourcesOf({ allowedAddresses: [address] });
    const opened = [
      atAddress(address),
      atAddress(`${address}/`),
      atAddress(address, { headers: { Authorization: 'Bearer hidden' } }),
      atAddress(address, { queryParameters: { token: 'hidden' } }),
    ].map((source) => sources.open(source));
    assert.equal(opened[0]!.key, opened[1]!.key);
    assert.equal(new Set(opened.map(({ key }) => key)).size, 3);
    for (const { key } of opened) {
      assert.ok(key.startsWith(`${address}#`), key);
      assert.doesNotMatch(key, /hidden/);
    }
  });

  it('gives no more places at a server to a namespace that brings other headers, parameters or paths', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const { address } = await serve(undefined, (_, response) => {
      waiting.push(() => response.end(answer));
      most = Math.max(most, waiting.length);
    });
    const sources = sourcesOf({ allowedAddresses: [address] }, undefined, { concurrency: 2 });
    const asking = Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const given = [{ headers: { 'x-a': `${i}` } }, { queryParameters: { a: `${i}` } }, {}][i % 3];
        const { history } = sources.open(atAddress(`${address}/${i}`, given), 'noisy');
        return history.instant('load', 0, undefined, 'noisy');
      }),
    );
    for (let answered = 0; answered < 12; answered++) {
      await pollUntil('a request at the server', () => waiting.length > 0);
      waiting.shift()!();
    }
    assert.equal((await asking).length, 12);
    assert.equal(most, 2);
  });

  it('lets a namespace use a bounded number of addresses, and others theirs', () => {
    const sources = sourcesOf({ allowedAddresses: ['http://*.test:9090'] });
    const open = (n: number, namespace = 'noisy') =>
      sources.window({
        source: atAddress(`http://prometheus-${n}.test:9090`),
        query: 'load',
        stepSeconds: 300,
        historySeconds: 3600,
        namespace,
      });
    const opened = Array.from({ length: 32 }, (_, n) => open(n));
    assert.throws(() => open(32), { kind: 'rejected', message: /namespace noisy uses 32 addresses already/ });
    open(0).release();
    open(32, 'quiet').release();
    opened[5]!.release();
    open(32).release();
    for (const { release } of opened) release();
    for (let n = 100; n < 132; n++) open(n);
  });

  describe('where a network is on the list', () => {
    /** A name whose address changes with each look-up. */
    function changing(...answers: string[][]): { lookup: LookupFunction; asked: () => number } {
      let asked = 0;
      return {
        asked: () => asked,
        lookup: (_, options, callback) => {
          const addresses = answers[Math.min(asked++, answers.length - 1)]!;
          assert.equal(options.all, true);
          callback(
            null,
            addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          );
        },
      };
    }

    it('connects only to addresses inside it, and checks again with each connection', async () => {
      // Each answer ends its connection, so that the next request has to connect again.
      const { port } = await serve(undefined, (_, response) =>
        response.setHeader('connection', 'close').end(answer),
      );
      const { lookup, asked } = changing(['127.0.0.1'], ['192.0.2.1'], ['192.0.2.1', '127.0.0.1']);
      const sources = sourcesOf({ allowedAddresses: [`http://127.0.0.0/8:${port}`] }, lookup);
      const { history } = sources.open(atAddress(`http://changing.test:${port}`));
      assert.equal((await history.instant('load', 0)).value, 42);
      await assert.rejects(history.instant('load', 0), {
        kind: 'invalid',
        message: /is not asked, because changing\.test resolves to no address on the allow-list/,
      });
      assert.equal(seen.length, 1);
      assert.equal((await history.instant('load', 0)).value, 42);
      assert.deepEqual([seen.length, asked()], [2, 3]);
    });

    it('does not connect to the metadata service or to itself through a name', async () => {
      const { port } = await serve();
      const { lookup } = changing(['169.254.169.254'], ['127.0.0.1'], ['::1'], ['::ffff:127.0.0.1']);
      const sources = sourcesOf({ allowedAddresses: [`http://10.0.0.0/8:${port}`] }, lookup);
      const { history } = sources.open(atAddress(`http://rebound.test:${port}`));
      for (let i = 0; i < 4; i++) await assert.rejects(history.instant('load', 0), { kind: 'invalid' });
      assert.equal(seen.length, 0);
    });
  });

  it('does not follow a listed name to the metadata service or to this machine when its address changes', async () => {
    const { port } = await serve(undefined, (_, response) =>
      response.setHeader('connection', 'close').end(answer),
    );
    const near = ['127.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', '0.0.0.0'];
    let asked = 0;
    const lookup: LookupFunction = (_, __, callback) =>
      callback(null, [{ address: near[asked++ % near.length]!, family: asked % near.length === 3 ? 6 : 4 }]);
    const sources = sourcesOf({ allowedAddresses: [`http://*.shop.test:${port}`] }, lookup);
    const { history } = sources.open(atAddress(`http://rebound.shop.test:${port}`));
    for (let i = 0; i < near.length; i++)
      await assert.rejects(history.instant('load', 0), {
        kind: 'invalid',
        message: /no address on the allow-list/,
      });
    assert.deepEqual([asked, seen.length], [near.length, 0]);
  });

  describe('over TLS', () => {
    let folder: string;
    let authority: Authority;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scaler-tls-'));
      authority = new Authority(folder, 'authority');
    });

    after(() => rm(folder, { recursive: true }));

    function serverOptions(name: string, issuer = authority): ServerOptions {
      const { certFile, keyFile } = issuer.issue(name);
      return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    }

    it('trusts the authority that it is given, and no other', async () => {
      const { address } = await serve(serverOptions('server'));
      const stranger = new Authority(folder, 'stranger');
      const sources = sourcesOf({
        named: {
          trusting: { address, tls: { caFile: authority.caFile } },
          strange: { address, tls: { caFile: stranger.caFile }, retries: 0 },
          system: { address, retries: 0 },
          named: { address, tls: { caFile: authority.caFile, serverName: 'elsewhere' }, retries: 0 },
          careless: { address, tls: { insecureSkipVerify: true } },
        },
      });
      assert.equal(await valueFrom(sources, named('trusting')), 42);
      assert.equal(await valueFrom(sources, named('careless')), 42);
      for (const name of ['strange', 'system', 'named'])
        await assert.rejects(valueFrom(sources, named(name)), {
          kind: 'unavailable',
          message: /cannot be reached \(.*\); check the server's certificate/,
        });
      assert.equal(seen.length, 2);
    });

    it('checks the certificate of an address that a trigger gives', async () => {
      const { address } = await serve(serverOptions('unknown'));
      const sources = sourcesOf({ allowedAddresses: [address] }, undefined, { retries: 0 });
      await assert.rejects(valueFrom(sources, atAddress(address)), { kind: 'unavailable' });
    });

    it('says that a server that ends the connection may want a certificate', async () => {
      const { address } = await serve({
        ...serverOptions('asking'),
        ca: readFileSync(authority.caFile),
        requestCert: true,
        rejectUnauthorized: true,
      });
      const sources = sourcesOf({
        named: { bare: { address, tls: { caFile: authority.caFile }, retries: 0 } },
      });
      await assert.rejects(valueFrom(sources, named('bare')), {
        kind: 'unavailable',
        message: /cannot be reached \(.*client certificate/,
      });
    });

    it('says that a server that was asked in plaintext may speak https', async () => {
      // A server of Node.js ends the connection, one of Go such as Prometheus answers in plaintext.
      const ending = await serve(serverOptions('encrypted'));
      const answering = await serve(undefined, (_, response) =>
        response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.'),
      );
      for (const { address } of [ending, answering]) {
        const plain = { address: address.replace('https:', 'http:'), retries: 0 };
        await assert.rejects(valueFrom(sourcesOf({ named: { plain } }), named('plain')), {
          kind: 'unavailable',
          message: /check .*whether the port speaks http or https/,
        });
      }
    });

    it('shows its certificate, and takes a new one up when the files change', async () => {
      const clients: unknown[] = [];
      const { address } = await serve(
        {
          ...serverOptions('mutual'),
          ca: readFileSync(authority.caFile),
          requestCert: true,
          rejectUnauthorized: true,
        },
        (request, response) => {
          clients.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
          response.end(answer);
        },
      );
      const [first, second] = [authority.issue('first'), authority.issue('second')];
      const [certFile, keyFile] = [join(folder, 'client.crt'), join(folder, 'client.key')];
      await copyFile(first.certFile, certFile);
      await copyFile(first.keyFile, keyFile);
      const tls = { caFile: authority.caFile, certFile, keyFile };
      const sources = sourcesOf({
        named: {
          main: { address, tls },
          stranger: { address, retries: 0, tls: { caFile: authority.caFile } },
        },
      });
      await assert.rejects(valueFrom(sources, named('stranger')), { kind: 'unavailable' });

      assert.equal(await valueFrom(sources, named('main')), 42);
      await copyFile(second.certFile, certFile);
      // Certificate and key do not belong together for a moment: the first pair goes on being used.
      assert.equal(await valueFrom(sources, named('main')), 42);
      assert.equal(await valueFrom(sources, named('main')), 42);
      await copyFile(second.keyFile, keyFile);
      assert.equal(await valueFrom(sources, named('main')), 42);
      assert.deepEqual(clients, ['first', 'first', 'first', 'second']);
      const told = recorder.notices.filter(({ source }) => source === 'main').map(({ message }) => message);
      assert.equal(told.length, 2);
      assert.match(told[0]!, /do not make a valid set \(.*key values mismatch\); the last valid set goes on/);
      assert.equal(told[1], undefined);
    });

    it('says which files make no valid set', async () => {
      const { address } = await serve(serverOptions('plain'));
      const caFile = join(folder, 'nonsense.pem');
      await writeFile(caFile, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');
      const { certFile } = authority.issue('a');
      const { keyFile } = authority.issue('b');
      const sources = sourcesOf({ named: { main: { address, tls: { certFile, keyFile } } } });
      await assert.rejects(valueFrom(sources, named('main')), {
        kind: 'unavailable',
        message: /is not asked, because the TLS files .*a\.crt, .*b\.key do not make a valid set/,
      });
    });
  });
});
