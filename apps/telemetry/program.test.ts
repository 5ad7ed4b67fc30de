import assert from 'node:assert/strict';
import { ChildProgram } from '../../test/support/child-program.js';
import { OtlpReceiver } from '../../test/support/otlp-receiver.js';
import { assertReadmeListsMetrics, assertReadmeListsVariables } from '../../test/support/readme.js';
import { telemetryVariables } from './variables.js';

const main = new URL('./main.js', import.meta.url);
const freePorts = { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' };

describe('the telemetry program', () => {
  const running: ChildProgram[] = [];
  let receiver: OtlpReceiver | undefined;
  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    await receiver?.close();
    receiver = undefined;
  });

  function start(environment: Record<string, string>): ChildProgram {
    const program = new ChildProgram(main, { ...freePorts, ...environment });
    running.push(program);
    return program;
  }

  it('serves its metrics on a port of their own, and lists them in its README', async () => {
    const program = start({ APP_NAME: 'app-b' });
    const service = await program.url('http');
    const metricsUrl = await program.url('metrics');
    await (await fetch(service)).text();
    const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
    assert.match(metrics, /^app_requests_total\{app="app-b",endpoint="\/",method="GET",status="200"\} 1$/m);
    assert.equal((await fetch(`${service}/metrics`)).status, 404, 'not on the port of the service');
    for (const url of [service, metricsUrl])
      for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(url + path)).status, 200);
    assertReadmeListsMetrics('telemetry', metrics);
  });

  it('carries one trace along the chain', async () => {
    const collector = await OtlpReceiver.start();
    receiver = collector;
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const c = start({ ...traced, APP_NAME: 'app-c' });
    const b = start({ ...traced, APP_NAME: 'app-b', APP_URL_DESTINO: await c.url('http') });
    const a = start({ ...traced, APP_NAME: 'app-a', APP_URL_DESTINO: await b.url('http') });
    const response = await fetch(`${await a.url('http')}/process`, { method: 'POST', body: '[]' });
    assert.deepEqual(await response.json(), ['app-a', 'app-b', 'app-c']);
    for (const program of [a, b, c]) assert.deepEqual(await program.stop(), { code: 0, signal: null });

    const servers = ['app-a', 'app-b', 'app-c'].map((service) => {
      const span = collector.spans.find((each) => each.service === service && each.name === 'POST /process');
      assert.ok(span, `${service} sent no span of its request`);
      return span;
    });
    assert.equal(new Set(servers.map(({ traceId }) => traceId)).size, 1, 'one trace id for the whole chain');
    // Each service's request hangs below a client span of the service before it.
    for (const [index, span] of servers.entries()) {
      const parent = collector.spans.find(({ spanId }) => spanId === span.parentSpanId);
      assert.equal(parent?.service, index === 0 ? undefined : servers[index - 1]!.service);
    }
  });

  it('ends with the reason when a variable is wrong', async () => {
    const program = start({ APP_ERRORS: '120', APP_URL_DESTINO: 'app-b' });
    assert.deepEqual(await program.ended(), { code: 2, signal: null });
    assert.equal(
      program.errorOutput,
      'APP_URL_DESTINO: received "app-b"; expected http:// or https:// URLs separated by commas, such as http://app-b:8000/process\n' +
        'APP_ERRORS: received "120"; expected a whole number from 0 to 100\n',
    );
  });

  it('lists its variables in its README', () => {
    assertReadmeListsVariables('telemetry', telemetryVariables);
  });
});
