import assert from 'node:assert/strict';
import express from 'express';
import { type HttpListener, listenHttp } from './http-listener.js';
import { createMetricsRegistry } from './metrics-registry.js';
import { operationsRoutes } from './operations-routes.js';
import { Readiness } from './readiness.js';
import { requestMetrics } from './request-metrics.js';

describe('the operations routes', () => {
  const registry = createMetricsRegistry();
  const readiness = new Readiness();
  let listener: HttpListener;
  let database: string | undefined;
  readiness.watch('mysql', () => database);

  before(async () => {
    const app = express();
    app.use(operationsRoutes(registry, readiness));
    app.use(requestMetrics(registry, 'app-a'));
    app.get('/pokemon/:id', (_request, response) => {
      response.status(404).end();
    });
    listener = await listenHttp(app, { host: '127.0.0.1', port: 0 });
  });
  after(() => listener.close(0));

  it('are healthy while the process answers', async () => {
    const response = await fetch(`${listener.url}/healthz`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { status: 'ok' });
  });

  it('are ready until a part is not, and say which and why', async () => {
    assert.equal((await fetch(`${listener.url}/readyz`)).status, 200);
    database = 'connection refused';
    const response = await fetch(`${listener.url}/readyz`);
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), {
      status: 'not ready',
      problems: { mysql: 'connection refused' },
    });
    database = undefined;
    assert.equal((await fetch(`${listener.url}/readyz`)).status, 200);
  });

  it('count requests by route pattern, with one value for paths that do not exist', async () => {
    for (const path of ['/pokemon/1', '/pokemon/2', '/etc/passwd', '/.git'])
      await (await fetch(`${listener.url}${path}`)).arrayBuffer();
    const metrics = await (await fetch(`${listener.url}/metrics`)).text();
    assert.match(
      metrics,
      /^app_requests_total\{app="app-a",endpoint="\/pokemon\/:id",method="GET",status="404"\} 2$/m,
    );
    assert.match(
      metrics,
      /^app_requests_total\{app="app-a",endpoint="unmatched",method="GET",status="404"\} 2$/m,
    );
    assert.match(
      metrics,
      /^app_request_duration_seconds_count\{app="app-a",endpoint="\/pokemon\/:id",method="GET",status="404"\} 2$/m,
    );
    assert.match(metrics, /^app_requests_in_flight\{app="app-a"\} 0$/m);
    assert.match(metrics, /^process_cpu_seconds_total /m);
    assert.doesNotMatch(metrics, /endpoint="\/(metrics|healthz|readyz)"/);
  });

  it('are not ready once the program is stopping', async () => {
    readiness.markStopping();
    const response = await fetch(`${listener.url}/readyz`);
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { status: 'not ready', problems: { program: 'stopping' } });
  });
});
