import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Router } from 'express';
import { Counter, Registry } from 'prom-client';
import { request } from 'undici';
import { textFile } from '../../test/support/text-file.js';
import { ScalerError } from '../shared/errors.js';
import { createWebServer, type WebServer, type WebServerOptions } from './server.js';

describe('the HTTP server', () => {
  const started: WebServer[] = [];
  const logged: { fields: object; message: string }[] = [];
  const told: string[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close(0)));
    logged.length = 0;
    told.length = 0;
  });

  async function start(options: Partial<WebServerOptions> = {}): Promise<string> {
    const registry = new Registry();
    new Counter({ name: 'calls_total', help: 'Calls.', registers: [registry] }).inc(3);
    const server = createWebServer({
      registry,
      readiness: () => undefined,
      log: {
        info: ((_fields: object, message: string) => told.push(message)) as never,
        warn: ((_fields: object, message: string) => told.push(message)) as never,
        error: ((fields: object, message: string) => logged.push({ fields, message })) as never,
      },
      ...options,
    });
    started.push(server);
    await server.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${server.port}`;
  }

  async function get(url: string, headers: Record<string, string> = {}) {
    const { statusCode, headers: received, body } = await request(url, { headers });
    return { status: statusCode, headers: received, body: Buffer.from(await body.arrayBuffer()) };
  }

  it('answers /healthz whatever the readiness', async () => {
    const url = await start({ readiness: () => 'starting' });
    const { status, body } = await get(`${url}/healthz`);
    assert.equal(status, 200);
    assert.equal(body.toString(), 'ok\n');
  });

  it('answers /readyz with 503 and the reason until the scaler can answer', async () => {
    let reason: string | undefined = 'the gRPC port is not open yet';
    const url = await start({ readiness: () => reason });
    const before = await get(`${url}/readyz`);
    assert.equal(before.status, 503);
    assert.equal(before.body.toString(), 'not ready: the gRPC port is not open yet\n');
    reason = undefined;
    assert.equal((await get(`${url}/readyz`)).status, 200);
  });

  it('serves the metrics as Prometheus reads them', async () => {
    const url = await start();
    const { status, headers, body } = await get(`${url}/metrics`);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(body.toString(), '# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total 3\n\n');
  });

  it('compresses the metrics for those who accept it', async () => {
    const url = await start();
    const { headers, body } = await get(`${url}/metrics`, { 'accept-encoding': 'gzip' });
    assert.equal(headers['content-encoding'], 'gzip');
    assert.match(gunzipSync(body).toString(), /calls_total 3/);
  });

  it('tells browsers to be careful, and nobody what it is made of', async () => {
    const url = await start();
    const { headers } = await get(`${url}/healthz`);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-powered-by'], undefined);
  });

  it('answers errors in one line without a stack, and logs them', async () => {
    const failing = Router()
      .get('/fails', () => {
        throw new Error('a detail from inside');
      })
      .get('/names/:name', (_request, response) => {
        response.send('found');
      });
    const url = await start({ pages: [failing] });
    const failed = await get(`${url}/fails`);
    assert.equal(failed.status, 500);
    assert.equal(failed.body.toString(), '500: something went wrong inside the scaler\n');
    assert.equal(logged.length, 1);
    const unknown = await get(`${url}/nowhere`);
    assert.equal(unknown.status, 404);
    assert.equal(unknown.body.toString(), '404: there is nothing at this address\n');
    const malformed = await get(`${url}/names/%E0%A4%A`);
    assert.equal(malformed.status, 400);
    assert.equal(malformed.body.toString(), '400: the request is malformed\n');
    assert.equal(logged.length, 1);
  });

  describe('with credentials', () => {
    const auth = {
      basic: { username: 'ann', passwordFile: textFile('pa:ss wörd') },
      tokenFile: textFile('tok'),
    };
    const page = Router().get('/page', (_request, response) => {
      response.send('page');
    });
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

    it('asks for them before a page', async () => {
      const url = await start({ auth, pages: [page] });
      const { status, headers } = await get(`${url}/page`);
      assert.equal(status, 401);
      assert.deepEqual(headers['www-authenticate'], [
        'Basic realm="predictive-scaler", charset="UTF-8"',
        'Bearer realm="predictive-scaler"',
      ]);
    });

    it('opens a page to either of them', async () => {
      const url = await start({ auth, pages: [page] });
      assert.equal((await get(`${url}/page`, basic('ann:pa:ss wörd'))).status, 200);
      assert.equal((await get(`${url}/page`, { authorization: 'bearer tok' })).status, 200);
    });

    for (const [name, headers] of Object.entries({
      'a wrong password': basic('ann:pa:ss'),
      'another user': basic('bob:pa:ss wörd'),
      'a wrong token': { authorization: 'Bearer tokk' },
      'the token as a password': basic('tok'),
      'the password as a token': { authorization: 'Bearer ann:pa:ss' },
      'an unknown scheme': { authorization: 'Digest tok' },
      'no scheme': { authorization: 'tok' },
    }))
      it(`keeps a page closed to ${name}`, async () => {
        const url = await start({ auth, pages: [page] });
        assert.equal((await get(`${url}/page`, headers)).status, 401);
      });

    describe('in files', () => {
      const folder = mkdtempSync(join(tmpdir(), 'scaler-page-'));
      const passwordFile = join(folder, 'password');
      const tokenFile = join(folder, 'token');
      after(() => rmSync(folder, { recursive: true }));

      it('takes a new password and token up when the files change, as the old ones are no longer good', async () => {
        writeFileSync(passwordFile, 'first\n');
        writeFileSync(join(folder, 'token-1'), 'one');
        writeFileSync(join(folder, 'token-2'), 'two');
        symlinkSync('token-1', tokenFile);
        const inFiles = {
          basic: { username: 'ann', passwordFile },
          tokenFile,
        };
        const url = await start({ auth: inFiles, pages: [page] });
        const statusWith = async (headers: Record<string, string>) =>
          (await get(`${url}/page`, headers)).status;
        assert.equal(await statusWith(basic('ann:first')), 200);
        assert.equal(await statusWith({ authorization: 'Bearer one' }), 200);

        writeFileSync(passwordFile, 'second\n');
        // As Kubernetes swaps what a mounted Secret points to.
        symlinkSync('token-2', `${tokenFile}.new`);
        renameSync(`${tokenFile}.new`, tokenFile);
        assert.equal(await statusWith(basic('ann:second')), 200);
        assert.equal(await statusWith(basic('ann:first')), 401);
        assert.equal(await statusWith({ authorization: 'Bearer two' }), 200);
        assert.equal(await statusWith({ authorization: 'Bearer one' }), 401);
        assert.deepEqual(told, []);
      });

      it('keeps the last content of a file that is empty or gone, says so once each, and opens to nobody without a password', async () => {
        writeFileSync(passwordFile, 'kept');
        const url = await start({
          auth: { basic: { username: 'ann', passwordFile }, tokenFile: undefined },
          pages: [page],
        });
        const statusWith = async (text: string) => (await get(`${url}/page`, basic(text))).status;
        assert.equal(await statusWith('ann:kept'), 200);
        writeFileSync(passwordFile, '');
        assert.equal(await statusWith('ann:kept'), 200);
        assert.equal(await statusWith('ann:'), 401);
        rmSync(passwordFile);
        assert.equal(await statusWith('ann:kept'), 200);
        assert.equal(await statusWith('ann:kept'), 200);
        writeFileSync(passwordFile, 'new');
        assert.equal(await statusWith('ann:new'), 200);
        assert.deepEqual(told, [
          'the file with the credentials of the page is empty; its last content stays in use',
          'the file with the credentials of the page cannot be read (ENOENT); its last content stays in use',
          'the file with the credentials of the page is used again',
        ]);
      });
    });

    it('leaves probes open, and metrics unless they are to be protected', async () => {
      const open = await start({ auth });
      assert.equal((await get(`${open}/metrics`)).status, 200);
      const url = await start({ auth, protectMetrics: true });
      assert.equal((await get(`${url}/metrics`)).status, 401);
      assert.equal((await get(`${url}/metrics`, { authorization: 'Bearer tok' })).status, 200);
      assert.equal((await get(`${url}/healthz`)).status, 200);
      assert.equal((await get(`${url}/readyz`)).status, 200);
    });
  });

  describe('at its beginning and end', () => {
    it('says in one line when its port is taken', async () => {
      const url = await start();
      const second = createWebServer({ registry: new Registry(), readiness: () => undefined, log: console });
      await assert.rejects(second.listen({ host: '127.0.0.1', port: Number(new URL(url).port) }), (error) => {
        assert.ok(error instanceof ScalerError);
        assert.match(
          error.message,
          /^HTTP address 127\.0\.0\.1, port \d+: another process listens there; .+\(EADDRINUSE\)$/,
        );
        return true;
      });
      await second.close(0);
    });

    it('may be closed without ever having listened, and twice', async () => {
      const server = createWebServer({ registry: new Registry(), readiness: () => undefined, log: console });
      assert.equal(server.port, 0);
      await Promise.all([server.close(1), server.close(1)]);
    });

    it('lets an answer under way finish', async () => {
      let finish: () => void = () => {};
      let arrived: () => void = () => {};
      const asked = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const slow = Router().get('/slow', (_request, response) => {
        finish = () => response.send('done');
        arrived();
      });
      const url = await start({ pages: [slow] });
      const answer = get(`${url}/slow`);
      await asked;
      const closed = started[0]!.close(10);
      finish();
      assert.equal((await answer).body.toString(), 'done');
      await closed;
    });

    it('cuts connections that do not end', async () => {
      const url = await start();
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      const cut = new Promise((resolve) => socket.once('close', resolve));
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
      await started[0]!.close(0.05);
      await cut;
    });
  });
});
