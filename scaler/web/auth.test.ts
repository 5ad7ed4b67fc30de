import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import { ManualClock } from '../../test/support/manual-clock.js';
import { textFile } from '../../test/support/text-file.js';
import { oddSamples, SAMPLE_NOW_SECONDS, SampleAnswers } from '../../test/support/web/sample-answers.js';
import { noCalendars } from '../../test/support/web/sample-calendars.js';
import { SampleDemo } from '../../test/support/web/sample-demo.js';
import { demoPanel } from './demo-panel.js';
import { createWebServer, type WebServer } from './server.js';
import { statusPage } from './status-page.js';

/** What `/healthz` and `/readyz` say, and nothing else is open. */
const openBodies = ['ok\n', 'ready\n', ''];

describe('what is behind the password of the page', () => {
  let server: WebServer;
  const token = `Authorization: Bearer right\r\n`;

  const auth = { basic: { username: 'ann', passwordFile: textFile('pw') }, tokenFile: textFile('right') };

  before(async () => {
    const registry = new Registry();
    new Gauge({ name: 'inside', help: 'Inside.', registers: [registry] }).set(1);
    server = createWebServer({
      registry,
      readiness: () => undefined,
      log: { info() {}, warn() {}, error() {} },
      auth,
      protectMetrics: true,
      pages: [
        demoPanel(new SampleDemo([])),
        statusPage({
          answers: new SampleAnswers(oddSamples()),
          calendars: noCalendars,
          clock: new ManualClock(SAMPLE_NOW_SECONDS),
          scalerAddress: 'scaler.example:50051',
          localAccess: { address: 'localhost:50051' },
        }),
      ],
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => server.close(0));

  /** Sends a request as it stands, since clients would tidy its address up. */
  async function exchange(method: string, target: string, headers = '') {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => {}); // What has come until then is judged.
    const closed = once(socket, 'close');
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: scaler\r\n${headers}Connection: close\r\n\r\n`);
    await closed;
    const end = text.indexOf('\r\n\r\n');
    return {
      status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0),
      head: text.slice(0, end + 2).toLowerCase(),
      body: text.slice(end + 4),
    };
  }

  type Answer = Awaited<ReturnType<typeof exchange>>;

  function assertGuarded({ status, head, body }: Answer, what: string): void {
    // Requests that are no HTTP are answered by Node.js itself, without a body.
    if ([400, 431].includes(status) && body === '') return;
    for (const header of [
      "frame-ancestors 'none'",
      'x-content-type-options: nosniff',
      'x-frame-options: deny',
      'cross-origin-resource-policy: same-origin',
    ])
      assert.ok(head.includes(header), `${what}: no ${header} in ${head}`);
    assert.ok(!head.includes('access-control-'), `${what}: ${head}`);
  }

  it('is found at these addresses with a token', async () => {
    for (const target of [
      '/',
      '/metrics',
      '/api/triggers',
      '/api/openapi.yaml',
      '/page/main.js',
      '/api/demo',
    ])
      assert.equal((await exchange('GET', target, token)).status, 200, target);
  });

  it('has no other way in by an address without a path', async () => {
    const { status, body } = await exchange('GET', '//#@scaler/', token);
    assert.deepEqual({ status, body }, { status: 400, body: '' });
  });

  it('stays there whatever way is tried without', async () => {
    const part = fc.constantFrom(
      '/',
      '/',
      '//',
      '/./',
      '/../',
      '/%2e/',
      '/%2e%2e/',
      '/..;/',
      '/;/',
      '\\',
      '%2f',
      '%5c',
      '%00',
      '/.%00/',
      '?',
      '#',
      ';x=y',
      '%23',
      '%3f',
      'api',
      'API',
      'ap%69',
      'triggers',
      'demo',
      'demo/pause',
      'openapi.yaml',
      'page',
      'main.js',
      'index.html',
      'metrics',
      'METRICS',
      'healthz',
      'readyz',
      'healthz/',
      'healthz/../api/triggers',
      'readyz%2f..%2fapi',
      'readyz;/api/triggers',
      'healthz?/api',
      '.json',
      '*',
      'http://scaler/',
      'http://evil.test/',
      '@scaler/',
    );
    const target = fc.oneof(
      part,
      fc.constantFrom('/healthz', '/HEALTHZ', '/readyz/', 'http://evil.test/healthz'),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('')}`),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
    );
    const method = fc.constantFrom(
      'GET',
      'GET',
      'GET',
      'HEAD',
      'OPTIONS',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'TRACE',
      'PROPFIND',
      'QUERY',
    );
    const header = fc.constantFrom(
      '',
      'X-HTTP-Method-Override: GET\r\n',
      'X-Original-URL: /healthz\r\n',
      'X-Original-URL: /api/triggers\r\n',
      'X-Rewrite-URL: /api/triggers\r\n',
      'X-Forwarded-For: 127.0.0.1\r\n',
      'X-Forwarded-Prefix: /healthz\r\n',
      'X-Forwarded-Host: localhost\r\nX-Forwarded-Proto: https\r\n',
      'X-Forwarded-User: ann\r\nRemote-User: ann\r\n',
      'Forwarded: for=127.0.0.1;host=localhost\r\n',
      'Authorization: Basic\r\n',
      'Authorization: Basic Og==\r\n',
      'Authorization: Basic YW5uOg==\r\n',
      'Authorization: Bearer\r\n',
      'Authorization: Bearer undefined\r\n',
      'Authorization: Bearer (hidden)\r\n',
      'Authorization: wrong\r\nAuthorization: Bearer right\r\n',
      'Proxy-Authorization: Bearer right\r\n',
      'Cookie: Authorization=Bearer right\r\n',
      'Origin: http://evil.test\r\nAccess-Control-Request-Method: GET\r\n',
      'Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\n',
    );
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(method, target, header, async (verb, where, headers) => {
        const answer = await exchange(verb, where, headers);
        const what = `${verb} ${where} ${headers.trim()}`;
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        assertGuarded(answer, what);
        if (answer.status === 200 && verb === 'OPTIONS') assert.equal(answer.body.trim(), 'GET, HEAD', what);
        else if (answer.status === 200)
          assert.ok(openBodies.includes(answer.body), `${what}: ${answer.body.slice(0, 200)}`);
        else assert.ok([400, 401].includes(answer.status), `${what}: ${answer.status}`);
      }),
      { numRuns: 1500 },
    );
    for (const status of [200, 401])
      assert.ok((statuses.get(status) ?? 0) > 10, JSON.stringify([...statuses]));
  });

  for (const [what, status, method, target, headers] of [
    ['an answer', 200, 'GET', '/api/triggers', token],
    ['the page', 200, 'GET', '/', token],
    ['a refusal', 401, 'GET', '/', ''],
    [
      'a preflight',
      401,
      'OPTIONS',
      '/api/triggers',
      'Origin: http://evil.test\r\nAccess-Control-Request-Method: GET\r\n',
    ],
    ['a preflight with the token', 405, 'OPTIONS', '/api/triggers', `${token}Origin: http://evil.test\r\n`],
    ['a wrong address', 404, 'GET', '/nowhere', token],
    ['a wrong address of the API', 404, 'GET', '/api/nowhere', token],
    ['a broken address', 400, 'GET', '/page/%E0%A4%A', token],
    ['a wrong method', 405, 'DELETE', '/', token],
    ['an address too long', 414, 'GET', `/${'a'.repeat(9000)}`, token],
  ] as const)
    it(`tells browsers to be careful and other sites nothing, with ${what} (${status})`, async () => {
      const answer = await exchange(method, target, headers);
      assert.equal(answer.status, status, answer.head);
      assertGuarded(answer, what);
    });

  describe('with a button of the demo', () => {
    const press = async (headers: string) =>
      (await exchange('POST', '/api/demo/pause', `${token}${headers}`)).status;

    it('does what its own page and programs ask', async () => {
      assert.equal(await press('Sec-Fetch-Site: same-origin\r\nOrigin: http://scaler\r\n'), 200);
      // Browsers send no Sec-Fetch-Site over plain HTTP.
      assert.equal(await press('Origin: http://scaler\r\n'), 200);
      assert.equal(await press(''), 200);
    });

    it('does nothing for other sites, over plain HTTP too', async () => {
      assert.equal(await press('Sec-Fetch-Site: cross-site\r\n'), 403);
      assert.equal(await press('Sec-Fetch-Site: same-site\r\n'), 403);
      assert.equal(await press('Origin: http://evil.test\r\n'), 403);
      assert.equal(await press('Origin: http://scaler:81\r\n'), 403);
      assert.equal(await press('Origin: null\r\n'), 403);
      assert.equal(await press('Origin: \r\n'), 403);
    });
  });
});
