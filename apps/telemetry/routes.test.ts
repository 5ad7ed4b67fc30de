import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { silentLog } from '../../test/support/silent-log.js';
import { readEnvironment } from '../shared/environment.js';
import { type HttpListener, listenHttp } from '../shared/http-listener.js';
import { Readiness } from '../shared/readiness.js';
import { commonVariables } from '../shared/run-program.js';
import { telemetryRoutes } from './routes.js';
import { telemetryVariables } from './variables.js';

describe('a service of the chain', () => {
  const open: HttpListener[] = [];
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close(0))));

  /** Starts a service in this process and returns its address. */
  async function service(environment: Record<string, string>, random: () => number = () => 0.5) {
    const config = {
      ...readEnvironment(telemetryVariables, environment),
      ...readEnvironment(commonVariables, {}),
    };
    const routes = telemetryRoutes({
      config,
      log: silentLog,
      registry: new Registry(),
      readiness: new Readiness(),
      random,
    });
    return serve(routes);
  }

  async function serve(handler: Parameters<typeof listenHttp>[0]): Promise<string> {
    const listener = await listenHttp(handler, { host: '127.0.0.1', port: 0 });
    open.push(listener);
    return listener.url;
  }

  async function process(url: string, body: string, contentType = 'application/json') {
    const response = await fetch(`${url}/process`, {
      method: 'POST',
      body,
      headers: { 'content-type': contentType },
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  it('says its name', async () => {
    const response = await fetch(await service({ APP_NAME: 'app-a' }));
    assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(await response.text(), '{"message":"Esse é o serviço app-a"}');
  });

  it('appends its name to the array and ends the chain', async () => {
    assert.deepEqual(await process(await service({ APP_NAME: 'app-c' }), '["x",1]'), {
      status: 200,
      body: ['x', 1, 'app-c'],
    });
  });

  it('passes the array along the chain', async () => {
    const c = await service({ APP_NAME: 'app-c' });
    const b = await service({ APP_NAME: 'app-b', APP_URL_DESTINO: `${c}/process` });
    const a = await service({ APP_NAME: 'app-a', APP_URL_DESTINO: b });
    assert.deepEqual((await process(a, '[]')).body, ['app-a', 'app-b', 'app-c']);
  });

  it('hands several next services what the one before answered, in order', async () => {
    const c = await service({ APP_NAME: 'app-c' });
    const b = await service({ APP_NAME: 'app-b' });
    const a = await service({ APP_NAME: 'app-a', APP_URL_DESTINO: `${b}, ${c}/process` });
    assert.deepEqual((await process(a, '[]')).body, ['app-a', 'app-b', 'app-c']);
  });

  it('takes JSON whatever its content type says', async () => {
    assert.equal((await process(await service({}), '[]', 'text/plain')).status, 200);
  });

  const wrongBodies: [body: string, reason: RegExp][] = [
    ['[1,', /^the body is not valid JSON \(.+\): expected a JSON array/],
    ['', /^the body is empty: expected a JSON array, such as \[\]$/],
    ['{"a":1}', /^the body is a JSON object: expected a JSON array/],
    ['"text"', /^the body is a JSON string: expected a JSON array/],
    ['null', /^the body is null: expected a JSON array/],
  ];
  for (const [body, reason] of wrongBodies) {
    it(`answers 400 with the reason to the body ${body || '(empty)'}`, async () => {
      const answer = await process(await service({}), body);
      assert.equal(answer.status, 400);
      assert.match((answer.body as { error: string }).error, reason);
    });
  }

  it('answers 502 that names a next service which is not there', async () => {
    const gone = await listenHttp(() => {}, { host: '127.0.0.1', port: 0 });
    await gone.close(0);
    const answer = await process(await service({ APP_URL_DESTINO: gone.url }), '[]');
    assert.equal(answer.status, 502);
    assert.deepEqual(answer.body, {
      error: `127.0.0.1:${gone.port} could not be reached: connect ECONNREFUSED 127.0.0.1:${gone.port}`,
    });
  });

  it('answers 502 with the whole chain of reasons when a later service fails', async () => {
    const c = await service({ APP_NAME: 'app-c', APP_ERRORS: '100' });
    const b = await service({ APP_NAME: 'app-b', APP_URL_DESTINO: c });
    const answer = await process(await service({ APP_NAME: 'app-a', APP_URL_DESTINO: b }), '[]');
    assert.equal(answer.status, 502);
    assert.deepEqual(answer.body, {
      error: `${new URL(b).host} answered 502: ${new URL(c).host} answered 500: app-c fails 100 % of its requests on purpose (APP_ERRORS)`,
    });
  });

  it('answers 502 when a next service is too slow', async () => {
    const slow = await serve(() => {});
    const answer = await process(await service({ APP_URL_DESTINO: slow, APP_TIMEOUT_SECONDS: '1' }), '[]');
    assert.equal(answer.status, 502);
    assert.deepEqual(answer.body, {
      error: `${new URL(slow).host} could not be reached: no answer within 1 s`,
    });
  });

  it('answers 502 when a next service does not answer with an array', async () => {
    const odd = await serve((_request, response) => response.end('<html>'));
    const answer = await process(await service({ APP_URL_DESTINO: odd }), '[]');
    assert.equal(answer.status, 502);
    assert.deepEqual(answer.body, {
      error: `${new URL(odd).host} answered with something other than an array`,
    });
  });

  it('fails the share of requests that APP_ERRORS asks for, and no health check', async () => {
    let draw = 0;
    const url = await service({ APP_ERRORS: '30' }, () => (draw++ % 100) / 100);
    const statuses = [];
    for (let request = 0; request < 100; request++) statuses.push((await fetch(url)).status);
    assert.equal(statuses.filter((status) => status === 500).length, 30);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it('delays a request by up to APP_LATENCY', async () => {
    const url = await service({ APP_LATENCY: '50000' }, () => 0.004);
    const start = performance.now();
    await fetch(url);
    const milliseconds = performance.now() - start;
    assert.ok(milliseconds >= 199 && milliseconds < 50_000, `it took ${milliseconds} ms`);
  });

  it('answers 404 as JSON', async () => {
    const response = await fetch(`${await service({})}/other`);
    assert.equal(response.status, 404);
    assert.match(((await response.json()) as { error: string }).error, /^no such page/);
  });
});
