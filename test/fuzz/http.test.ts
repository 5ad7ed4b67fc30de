import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { demoPanel } from '../../scaler/web/demo-panel.js';
import { createWebServer, type WebServer, type WebServerOptions } from '../../scaler/web/server.js';
import { statusPage } from '../../scaler/web/status-page.js';
import { ManualClock } from '../support/manual-clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { textFile } from '../support/text-file.js';
import { oddSamples, SAMPLE_NOW_SECONDS, SampleAnswers } from '../support/web/sample-answers.js';
import { noCalendars } from '../support/web/sample-calendars.js';
import { SampleDemo } from '../support/web/sample-demo.js';
import { nasty, stackTrace, tell, timeoutMilliseconds, tryInputs } from './fuzz.js';

/** Every status that a wrong request may get; a right one gets 200, 204 or 304. */
const expectedStatuses = [200, 204, 304, 400, 401, 403, 404, 405, 408, 413, 414, 415, 417, 431];

describe('bad input over HTTP', function () {
  const tokenFile = textFile('t0ken');
  this.timeout(timeoutMilliseconds);
  const recorded = new RecordedLog();
  const started: WebServer[] = [];
  let server: WebServer;

  before(async () => {
    server = await start({ limits: { requestSeconds: 0.5 } });
  });
  after(async () => {
    await Promise.all(started.map((one) => one.close(0)));
  });

  /** A web server with every address that there is, those of the demo included. */
  async function start(options: Partial<WebServerOptions>): Promise<WebServer> {
    const made = createWebServer({
      registry: new Registry(),
      readiness: () => undefined,
      log: recorded.log,
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
      ...options,
    });
    await made.listen({ host: '127.0.0.1', port: 0 });
    started.push(made);
    return made;
  }

  /** Sends bytes and reads until the connection ends. */
  async function exchange(bytes: string | Uint8Array): Promise<{ status: number; text: string }> {
    const socket = connect(server.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    socket.write(bytes);
    const hung = setTimeout(() => socket.destroy(new Error('no end within 60 s')), 60_000);
    await closed;
    clearTimeout(hung);
    assert.equal(socket.errored?.message === 'no end within 5 s', false, 'the connection was left to hang');
    const text = Buffer.concat(chunks).toString('utf8');
    return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0), text };
  }

  const requestText = (method: string, target: string, headers = '', body = '') =>
    `${method} ${target} HTTP/1.1\r\nHost: scaler\r\nConnection: close\r\n${headers}${
      body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
    }\r\n${body}`;
  const json = 'Content-Type: application/json\r\n';

  const answers: readonly (readonly [string, string | Uint8Array, number])[] = [
    ['a post to /healthz', requestText('POST', '/healthz'), 405],
    ['a put to /metrics', requestText('PUT', '/metrics'), 405],
    ['a delete of the page', requestText('DELETE', '/'), 405],
    ['a method of one’s own', requestText('PATCH', '/page/main.js'), 405],
    ['TRACE', requestText('TRACE', '/api/triggers'), 405],
    ['OPTIONS *', requestText('OPTIONS', '*'), 405],
    ['a get of a button', requestText('GET', '/api/demo/pause'), 405],
    ['a post to a list', requestText('POST', '/api/triggers', json, '{}'), 405],
    ['a path that is none', requestText('GET', '/nowhere'), 404],
    ['a path upwards', requestText('GET', '/page/../../../etc/passwd'), 404],
    ['a path upwards with escapes', requestText('GET', '/page/..%2f..%2fserver.js'), 404],
    ['a path with a NUL', requestText('GET', '/page/%00'), 404],
    ['a trigger that is none', requestText('GET', '/api/triggers/a/b/%E2%80%AE'), 404],
    ['half an escape', requestText('GET', '/api/triggers/%E0%A4%A/b/c'), 400],
    ['half an escape in a file', requestText('GET', '/page/%E0%A4%A'), 400],
    ['a parameter twice', requestText('GET', '/api/triggers?limit=1&limit=2'), 400],
    ['a parameter below its bounds', requestText('GET', '/api/triggers?limit=0'), 400],
    ['a parameter beyond its bounds', requestText('GET', '/api/triggers?offset=99999999999999999999'), 400],
    ['a speed that is none', requestText('POST', '/api/demo/speed', json, '{"speed":{"a":1}}'), 400],
    ['broken JSON', requestText('POST', '/api/demo/speed', json, '{"speed":'), 400],
    ['JSON that is nested deep', requestText('POST', '/api/demo/speed', json, '['.repeat(1000)), 400],
    [
      'gzip that is none',
      requestText('POST', '/api/demo/speed', `${json}Content-Encoding: gzip\r\n`, 'x'),
      400,
    ],
    ['a body too large', requestText('POST', '/api/demo/speed', json, `"${'x'.repeat(5_000_000)}"`), 413],
    [
      'a coding that is none',
      requestText('POST', '/api/demo/speed', `${json}Content-Encoding: x\r\n`, '{}'),
      415,
    ],
    ['another site', requestText('POST', '/api/demo/pause', 'Sec-Fetch-Site: cross-site\r\n'), 403],
    ['an address too long', requestText('GET', `/${'a'.repeat(9000)}`), 414],
    ['a query too long', requestText('GET', `/api/triggers?${'a=1&'.repeat(2500)}`), 414],
    ['an address that is longer still', requestText('GET', `/${'a'.repeat(20_000)}`), 431],
    ['a header too long', requestText('GET', '/', `X: ${'a'.repeat(20_000)}\r\n`), 431],
    ['too many headers', requestText('GET', '/', 'x-header: 0123456789\r\n'.repeat(5000)), 431],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['another protocol', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na', 400],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a NUL in a header', requestText('GET', '/', 'X: a\0b\r\n'), 400],
    ['a header over two lines', requestText('GET', '/', 'X: a\r\n b\r\n'), 400],
    ['an expectation', requestText('GET', '/', 'Expect: everything\r\n'), 417],
    [
      'a body that does not come',
      requestText('POST', '/api/demo/speed', `${json}Content-Length: 9\r\n`),
      408,
    ],
    ['garbage', Uint8Array.from([1, 2, 3, 255, 254, 0]), 400],
    ['a TLS handshake', Uint8Array.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]), 400],
  ];
  for (const [what, bytes, status] of answers)
    it(`is answered with ${status}: ${what}`, async () => {
      const answer = await exchange(bytes);
      assert.equal(answer.status, status, answer.text.slice(0, 500));
      assert.doesNotMatch(answer.text, stackTrace);
    });

  it('is answered with a message and the right code, whatever method, path, query, headers and body', async () => {
    const encoded = nasty.map((text) => encodeURIComponent(Buffer.from(text).toString()));
    const anyPart = fc.oneof(encoded, fc.constantFrom('triggers', 'demo', 'speed', 'main.js', '..', '%', ''));
    const path = fc.oneof(
      fc.constantFrom(
        '/',
        '/healthz',
        '/readyz',
        '/metrics',
        '/page/main.js',
        '/api/triggers',
        '/api/openapi.yaml',
      ),
      fc.constantFrom('/api/demo', '/api/demo/pause', '/api/demo/resume', '/api/demo/speed'),
      fc.constant('/api/triggers/shop/orders/orders-load'),
      fc.tuple(anyPart, anyPart, anyPart).map((parts) => `/api/triggers/${parts.join('/')}`),
      fc.array(anyPart, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
      fc.webPath().map((text) => `/${text}`),
    );
    // Not even an address: bytes as they come, though no space, which would end it.
    const noPath = nasty.map((text) => text.replaceAll(/\s/g, '') || '/');
    const query = fc.oneof(
      fc.constant(''),
      fc.webQueryParameters().map((text) => `?${text}`),
      fc
        .array(fc.tuple(fc.constantFrom('offset', 'limit', 'historyDays', '__proto__', 'a[b]'), encoded))
        .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`),
    );
    const header = fc
      .tuple(
        fc.constantFrom(
          ...['Accept', 'Accept-Encoding', 'Authorization', 'Content-Type', 'Content-Encoding', 'Cookie'],
          ...['If-None-Match', 'Range', 'Origin', 'X-Forwarded-For', 'Upgrade', 'Sec-Fetch-Site', 'Expect'],
        ),
        fc.oneof(
          fc.constantFrom(
            'gzip',
            'application/json',
            'application/json; charset=x',
            '*',
            'a;q=x',
            'Basic ====',
          ),
          // Latin letters and what else a header may hold.
          nasty.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '?')),
        ),
      )
      .map(([name, value]) => `${name}: ${value}\r\n`);
    const noHeader = fc.oneof(
      fc.constantFrom('Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: x\r\n'),
      nasty.map((text) => `${text}\r\n`),
    );
    const request = fc.record({
      method: fc.oneof(
        {
          weight: 29,
          arbitrary: fc.constantFrom(
            'GET',
            'GET',
            'GET',
            'HEAD',
            'POST',
            'POST',
            'PUT',
            'DELETE',
            'OPTIONS',
            'TRACE',
          ),
        },
        { weight: 1, arbitrary: nasty },
      ),
      target: fc
        .tuple(fc.oneof({ weight: 19, arbitrary: path }, { weight: 1, arbitrary: noPath }), query)
        .map((parts) => parts.join('')),
      headers: fc
        .array(fc.oneof({ weight: 29, arbitrary: header }, { weight: 1, arbitrary: noHeader }), {
          maxLength: 4,
        })
        .map((lines) => lines.join('')),
      body: fc.oneof(fc.constant(''), nasty, fc.json()),
    });
    const seen = new Map<number, number>();
    const tried = await tryInputs(request, async ({ method, target, headers, body }) => {
      const { status, text } = await exchange(requestText(method, target, headers, body));
      assert.ok(expectedStatuses.includes(status), `${status}: ${text.slice(0, 300)}`);
      assert.doesNotMatch(text, stackTrace);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    });
    const codes = [...seen].sort(([a], [b]) => a - b).map(([status, times]) => `${status} ×${times}`);
    tell(
      'HTTP methods, paths, queries, headers and bodies',
      `${tried} requests`,
      `no 5xx, no stack: ${codes.join(', ')}`,
    );
  });

  it('does not keep out others when connections are opened and only dribble', async () => {
    const connections = 50;
    const bounded = await start({ limits: { connections, requestSeconds: 0.5 } });
    const slow: Socket[] = [];
    const dribble = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('x');
    }, 50);
    try {
      const refused = await slowest(bounded.port, async () => {
        for (let opened = 0; opened < 6 * connections; opened++) {
          const socket = connect(bounded.port, '127.0.0.1').on('error', () => {});
          socket.resume();
          await once(socket, 'connect');
          socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nX: ');
          slow.push(socket);
        }
        const open = () => slow.filter(({ destroyed }) => !destroyed).length;
        await pollUntil('the oldest to be closed', () => open() <= connections);
        await pollUntil('all of them to be given up', () => open() === 0);
      });
      tell(
        'connections to the HTTP port that only dribble',
        `${slow.length}, where ${connections} are the bound`,
        `given up in time; /healthz answered throughout, in ${refused.toFixed(0)} ms at most`,
      );
    } finally {
      clearInterval(dribble);
      for (const socket of slow) socket.destroy();
    }
  });

  it('opens nothing to credentials that are none', async () => {
    const closed = await start({ auth: { basic: undefined, tokenFile } });
    const credentials = fc.oneof(
      nasty,
      nasty.map((text) => `Bearer ${text}`),
      nasty.map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
    );
    const printable = credentials.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '?'));
    const tried = await tryInputs(
      printable,
      async (authorization) => {
        const { status } = await fetch(`http://127.0.0.1:${closed.port}/api/triggers`, {
          headers: { authorization },
        });
        assert.equal(status, 401);
      },
      200,
    );
    tell('credentials for page and API', `${tried} headers`, '401 for each');
  });

  it('logged no fault of its own', () => {
    assert.deepEqual(recorded.lines, []);
  });
});

/** Asks /healthz again and again while something goes on. @returns the longest wait in milliseconds. */
async function slowest(port: number, whatGoesOn: () => Promise<void>): Promise<number> {
  let isOver = false;
  const done = whatGoesOn().finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) {
    const began = performance.now();
    const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, {
      signal: AbortSignal.timeout(60_000),
    });
    assert.equal(status, 200);
    longest = Math.max(longest, performance.now() - began);
  }
  await done;
  return longest;
}
