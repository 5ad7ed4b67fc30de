import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { freePorts } from '../../apps/local-stack/servers/free-ports.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { HistoryRecorder } from '../../test/support/history-recorder.js';
import { startHttpServer, type TestHttpServer } from '../../test/support/http-server.js';
import { Notices } from './observer.js';
import { PrometheusApi, type PrometheusApiOptions } from './prometheus-api.js';
import { type SourceConfigInput, sourceSchema } from './source-config.js';

const good = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: { app: 'shop' }, value: [1_700_000_000, '42'] }] },
});

const json = (response: ServerResponse, status: number, body: string, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};

const refusal = (errorType: string, error: string): string =>
  JSON.stringify({ status: 'error', errorType, error });

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

describe('PrometheusApi against servers that misbehave', () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  let recorder: HistoryRecorder;

  beforeEach(() => {
    recorder = new HistoryRecorder();
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function serve(listener: RequestListener): Promise<TestHttpServer> {
    const server = await startHttpServer(listener);
    cleanUps.push(() => server.close());
    return server;
  }

  function apiFor(
    address: string,
    changes: Partial<SourceConfigInput> = {},
    options: Partial<PrometheusApiOptions> = {},
  ): PrometheusApi {
    const config = sourceSchema.parse({ address, timeout: '2s', ...changes });
    const notices = new Notices('main', recorder);
    const where = `Prometheus source "main" (${address})`;
    // The shortest wait that jitter allows keeps the tests short.
    const url = new URL(config.address);
    const api = new PrometheusApi({ ...config, url, where, notices, random: () => 0, ...options });
    cleanUps.push(() => api.close());
    return api;
  }

  /** Answers requests one after the other with the given answers; the last one stays. */
  function inTurn(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
    const seen = { count: 0 };
    const listener: RequestListener = (request, response) => {
      request.resume();
      answers[Math.min(seen.count++, answers.length - 1)]!(response, request);
    };
    return { seen, listener };
  }

  const answerGood = (response: ServerResponse): void => json(response, 200, good);

  const outcomes = (): string[] => recorder.requests.map(({ outcome }) => outcome);

  it('sends the query as a form by POST, with headers, parameters and the path of the address', async () => {
    const seen: unknown[] = [];
    const { address } = await serve(async (request, response) => {
      seen.push([
        request.method,
        request.url,
        request.headers['content-type'],
        request.headers['x-scope-orgid'],
      ]);
      seen.push(Object.fromEntries(await formOf(request)));
      answerGood(response);
    });
    const api = apiFor(`${address}/prometheus/`, {
      headers: { 'X-Scope-OrgID': 'shop' },
      queryParameters: { dedup: 'true', tenant: 'a&b' },
    });
    await api.query('sum(load) + 1', 1_700_000_000);
    await api.queryRange('load', 1_700_000_100, 1_700_000_700, 300);
    const contentType = 'application/x-www-form-urlencoded';
    assert.deepEqual(seen, [
      ['POST', '/prometheus/api/v1/query?dedup=true&tenant=a%26b', contentType, 'shop'],
      { timeout: '2s', query: 'sum(load) + 1', time: '1700000000' },
      ['POST', '/prometheus/api/v1/query_range?dedup=true&tenant=a%26b', contentType, 'shop'],
      { timeout: '2s', query: 'load', start: '1700000100', end: '1700000700', step: '300' },
    ]);
  });

  it('tells the observer what a request cost', async () => {
    const { address } = await serve((request, response) => {
      assert.equal(request.headers['accept-encoding'], 'identity');
      json(response, 200, good);
    });
    const answer = await apiFor(address).query('load', 0);
    assert.deepEqual(answer.series, [{ labels: '{app="shop"}', samples: [[1_700_000_000, '42']] }]);
    const [request] = recorder.requests;
    assert.deepEqual(
      { ...request, seconds: 0 },
      { source: 'main', kind: 'instant', outcome: 'ok', seconds: 0, samples: 1, bytes: good.length },
    );
  });

  it('says that nobody listens', async () => {
    const api = apiFor(`http://127.0.0.1:${(await freePorts(1))[0]!}`, { retries: 0 });
    await assert.rejects(api.query('load', 0), {
      kind: 'unavailable',
      message: /^Prometheus source "main" \(.*\) cannot be reached \(.*ECONNREFUSED.*\); check that it runs/,
    });
  });

  it('says that the host has no address', async () => {
    const api = apiFor('http://prometheus.invalid', { retries: 0 });
    await assert.rejects(api.query('load', 0), {
      kind: 'unavailable',
      message: /cannot be reached .*; check the/,
    });
  });

  for (const [fault, misbehave] of Object.entries<
    (response: ServerResponse, request: IncomingMessage) => void
  >({
    'resets the connection': (_, request) => request.socket.resetAndDestroy(),
    'closes the connection': (_, request) => request.socket.destroy(),
    'breaks off in the middle of the body': (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"status":"succ');
      setTimeout(() => response.destroy(), 20);
    },
    'answers 500': (response) => json(response, 500, refusal('internal', 'oops')),
    'answers 502 in HTML': (response) => response.writeHead(502).end('<html>bad gateway</html>'),
    'answers 503 without a body': (response) => response.writeHead(503).end(),
    'answers half a JSON': (response) => json(response, 200, good.slice(0, -10)),
    'answers a login page': (response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'answers another JSON': (response) => json(response, 200, '{"hello":"world"}'),
    'answers JSON that is no object': (response) => json(response, 200, '[]'),
    'answers in an encoding that was not asked for': (response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
    'gives a status of error the code 200': (response) =>
      json(response, 200, refusal('internal', 'no leader')),
    'reports a failing backend as an error of the query': (response) =>
      json(response, 422, refusal('execution', 'proxy Series(): rpc error: code = Unavailable')),
  })) {
    it(`tries again when the server ${fault}, and then says so`, async () => {
      const passing = inTurn(misbehave, answerGood);
      const recovered = await apiFor((await serve(passing.listener)).address).query('load', 0);
      assert.equal(recovered.samples, 1);
      assert.equal(passing.seen.count, 2);

      const lasting = inTurn(misbehave);
      const { address } = await serve(lasting.listener);
      await assert.rejects(apiFor(address).query('load', 0), (error: Error & { kind: string }) => {
        assert.equal(error.kind, 'unavailable');
        assert.match(error.message, new RegExp(`^Prometheus source "main" \\(${address}\\) .*; check`));
        assert.doesNotMatch(error.message, /\n|undefined|\[object/);
        return true;
      });
      assert.equal(lasting.seen.count, 3);
    });
  }

  for (const [fault, misbehave, message, kind = 'unavailable'] of [
    [
      'refuses the query',
      (r) => json(r, 400, refusal('bad_data', 'parse error')),
      /bad_data\): parse error/,
      'rejected',
    ],
    ['refuses the token', (r) => json(r, 401, ''), /refuses access \(401 Unauthorized\).*credentials/],
    ['has no such path', (r) => json(r, 404, '404 page not found'), /no Prometheus HTTP API there \(404/],
    [
      'gives up by itself with the code 200',
      (r) => json(r, 200, refusal('timeout', 'no time left')),
      /gave the query up \(timeout\): no time left/,
    ],
    ['gives up by itself', (r) => json(r, 503, refusal('timeout', 'query timed out')), /gave the query up/],
    [
      'gives a histogram',
      (r) => json(r, 200, good.replace('value', 'histogram')),
      /histogram_count/,
      'rejected',
    ],
  ] as [string, (response: ServerResponse) => void, RegExp, string?][]) {
    it(`does not try again when the server ${fault}`, async () => {
      const { seen, listener } = inTurn(misbehave);
      const api = apiFor((await serve(listener)).address, { retries: 2 });
      await assert.rejects(api.query('load', 0), { kind, message });
      assert.equal(seen.count, 1);
    });
  }

  it('does not follow a redirect, so that credentials stay with the address', async () => {
    const elsewhere = inTurn(answerGood);
    const { address: target } = await serve(elsewhere.listener);
    for (const status of [301, 302, 303, 307, 308]) {
      const { address } = await serve((_, response) =>
        response.writeHead(status, { location: target }).end(),
      );
      await assert.rejects(apiFor(address, { bearer: { token: 'hidden' } }).query('load', 0), {
        kind: 'unavailable',
        message: /answers with a redirect \(30\d .*\), which is not followed/,
      });
    }
    assert.equal(elsewhere.seen.count, 0);
  });

  it('gives up in time when the server never answers, and does not ask again at once', async () => {
    const { seen, listener } = inTurn(() => {});
    const { address } = await serve(listener);
    await assert.rejects(apiFor(address, { timeout: '300ms' }).query('load', 0), {
      kind: 'unavailable',
      message: /did not answer within 0.3 s; check its load/,
    });
    assert.equal(seen.count, 1);
  });

  it('gives up in time when the answer drips', async () => {
    const timers = new Set<NodeJS.Timeout>();
    const { address } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      timers.add(setInterval(() => response.write(' '), 20));
    });
    await assert.rejects(
      apiFor(address, { timeout: '300ms' }).query('load', 0),
      /did not answer within 0.3 s/,
    );
    for (const timer of timers) clearInterval(timer);
  });

  it('stops reading an answer without end', async () => {
    let hasClosed = false;
    const { address } = await serve((_, response) => {
      response.writeHead(200);
      response.on('close', () => {
        hasClosed = true;
      });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await assert.rejects(apiFor(address, { maxBodyBytes: 1_000_000 }).query('load', 0), {
      kind: 'unavailable',
      message: /more than 1000000 bytes.*sum\(\.\.\.\)/,
    });
    await pollUntil('the connection to be closed', () => hasClosed);
  });

  it('does not unpack a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { address } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await assert.rejects(apiFor(address, { retries: 0 }).query('load', 0), {
      kind: 'unavailable',
      message: /content encoding "gzip", which was not asked for/,
    });
    assert.deepEqual(
      recorder.requests.map(({ outcome, bytes }) => [outcome, bytes]),
      [['failed', 0]],
    );
  });

  it('waits as long as the server asks before it tries again', async () => {
    const times: number[] = [];
    const { listener } = inTurn((response) => json(response, 429, '', { 'retry-after': '1' }), answerGood);
    const { address } = await serve((request, response) => {
      times.push(performance.now());
      listener(request, response);
    });
    await apiFor(address).query('load', 0);
    const waited = times[1]! - times[0]!;
    assert.ok(waited >= 990, `${waited} ms`);
  });

  it('reads the date until which a server wants no requests by the clock of that server', async () => {
    const ahead = Math.floor(Date.now() / 1000) + 3600;
    const [date, until] = [ahead, ahead + 1].map((seconds) => new Date(seconds * 1000).toUTCString());
    const times: number[] = [];
    const { listener } = inTurn(
      (response) => json(response, 503, '', { date, 'retry-after': until }),
      answerGood,
    );
    const { address } = await serve((request, response) => {
      times.push(performance.now());
      listener(request, response);
    });
    assert.equal((await apiFor(address).query('load', 0)).samples, 1);
    const waited = times[1]! - times[0]!;
    assert.ok(waited >= 990, `${waited} ms`);
  });

  it('leaves a server alone that asks for longer than a request may take', async () => {
    const { seen, listener } = inTurn((response) => json(response, 429, '', { 'retry-after': '3600' }));
    const api = apiFor((await serve(listener)).address);
    await assert.rejects(api.query('load', 0), {
      kind: 'unavailable',
      message: /asks for fewer requests \(429/,
    });
    await assert.rejects(api.query('other', 0), {
      kind: 'unavailable',
      message: /accepts no requests for 300 s more/,
    });
    assert.equal(seen.count, 1);
  });

  it('holds queries that take too long against the namespace that asks them, and against no other', async () => {
    const { address } = await serve(async (request, response) => {
      const form = await formOf(request);
      if (form.get('query') === 'cheap') answerGood(response);
    });
    const api = apiFor(address, { timeout: '100ms', retries: 0 });
    const costly = () => api.query('costly', 0, undefined, 'noisy');
    for (let i = 0; i < 5; i++) await assert.rejects(costly(), /did not answer within 0.1 s/);
    await assert.rejects(
      costly(),
      /gets no requests for up to 5 s on behalf of namespace noisy.*did not answer within .*make the query cheaper/,
    );
    assert.equal((await api.query('cheap', 0, undefined, 'quiet')).samples, 1);
  });

  for (const [what, misbehave] of Object.entries<(response: ServerResponse) => void>({
    'the server fails every time': (response) => json(response, 500, refusal('internal', 'oops')),
    'a proxy before the server turns away': (response) => response.writeHead(406).end('<html>'),
    'break the connection': (response) => response.destroy(),
    'speak of connections': (response) =>
      json(response, 422, refusal('execution', 'found duplicate series for {app="connection"}')),
    'are not even PromQL': (response) =>
      json(response, 400, refusal('bad_data', 'parse error: unexpected identifier "connection"')),
  })) {
    it(`goes on asking for others what they ask when a namespace's queries ${what}`, async () => {
      const { address } = await serve(async (request, response) => {
        const query = (await formOf(request)).get('query')!;
        if (query === 'poison') misbehave(response);
        else answerGood(response);
      });
      const api = apiFor(address, { retries: 0 });
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 20; i++)
          await assert.rejects(api.query('poison', 0, undefined, 'noisy'), { name: 'ScalerError' });
        assert.equal((await api.query('load', 0, undefined, `quiet-${round}`)).samples, 1);
      }
      assert.ok(recorder.notices.length <= 1, `${recorder.notices.length} notices`);
    });
  }

  it('leaves a server alone that fails more than one namespace', async () => {
    const { seen, listener } = inTurn((response) => json(response, 500, refusal('internal', 'oops')));
    const api = apiFor((await serve(listener)).address, { retries: 0 });
    for (let i = 0; i < 20; i++) await assert.rejects(api.query('load', 0, undefined, `namespace-${i % 10}`));
    assert.ok(seen.count < 10, `${seen.count} requests`);
    assert.equal(recorder.notices.filter(({ topic }) => topic === 'circuit').length, 1);
  });

  it('leaves a failing server alone, tries whether it is back, and tells both once', async () => {
    let isWell = false;
    const seen = { count: 0 };
    const { address } = await serve((request, response) => {
      request.resume();
      seen.count++;
      if (isWell) answerGood(response);
      else json(response, 500, refusal('internal', 'oops'));
    });
    const api = apiFor(address, { retries: 0 }, { breakSeconds: 0.3 });
    for (let i = 0; i < 5; i++)
      await assert.rejects(api.query('load', 0), /fails \(500 Internal Server Error\): oops; check its log/);
    await assert.rejects(api.query('load', 0), {
      kind: 'unavailable',
      message: /gets no requests for up to 0.3 s after 5 failures in a row; at the last one it fails \(500/,
    });
    assert.equal(seen.count, 5);
    isWell = true;
    await pollUntil('the server to be asked again', async () => (await api.query('load', 0)).samples === 1);
    assert.equal(seen.count, 6);
    assert.deepEqual(
      recorder.notices.map(({ topic, message }) => [topic, message?.replace(/^.*\) /, '')]),
      [
        ['circuit', 'failed 5 times in a row: it fails (500 Internal Server Error): oops; check its log'],
        ['circuit', undefined],
      ],
    );
  });

  it('does not take a trial that was given up for a server that is back', async () => {
    const seen = { count: 0 };
    let giveUp = new AbortController();
    const { address } = await serve((request, response) => {
      request.resume();
      if (++seen.count <= 5) json(response, 500, refusal('internal', 'oops'));
      else giveUp.abort();
    });
    const api = apiFor(address, { retries: 0 }, { breakSeconds: 0.3 });
    for (let i = 0; i < 5; i++) await assert.rejects(api.query('load', 0));
    await pollUntil('a trial that is given up', async () => {
      giveUp = new AbortController();
      await assert.rejects(api.query('load', 0, giveUp.signal));
      return giveUp.signal.aborted;
    });
    await assert.rejects(api.query('load', 0), /gets no requests for up to 0.3 s after 5 failures in a row/);
    assert.deepEqual([seen.count, recorder.notices.length], [6, 1]);
  });

  it('tries a failing server in time although the clock was set back meanwhile', async () => {
    const now = Date.now;
    const { seen, listener } = inTurn(
      ...Array(5).fill((response: ServerResponse) => json(response, 500, refusal('internal', 'oops'))),
      answerGood,
    );
    const { address } = await serve(listener);
    const options = { breakSeconds: 0.3, machineSeconds: () => now() / 1000 };
    const api = apiFor(address, { retries: 0 }, options);
    for (let i = 0; i < 5; i++) await assert.rejects(api.query('load', 0));
    try {
      Date.now = () => now() - 600_000;
      await assert.rejects(api.query('load', 0), /gets no requests/);
      await pollUntil('the server to be asked again', async () => (await api.query('load', 0)).samples === 1);
    } finally {
      Date.now = now;
    }
    assert.equal(seen.count, 6);
  });

  it('does not hold refused queries against the server', async () => {
    const { seen, listener } = inTurn((response) => json(response, 400, refusal('bad_data', 'parse error')));
    const api = apiFor((await serve(listener)).address);
    for (let i = 0; i < 20; i++) await assert.rejects(api.query('load(', 0), { kind: 'rejected' });
    assert.equal(seen.count, 20);
    assert.deepEqual(new Set(outcomes()), new Set(['refused']));
  });

  it('keeps to its bound on requests at once, and asks for now, then for recent steps, then for histories', async () => {
    const waiting: (() => void)[] = [];
    const order: string[] = [];
    let most = 0;
    const { address } = await serve(async (request, response) => {
      order.push((await formOf(request)).get('query')!);
      waiting.push(() => answerGood(response));
      most = Math.max(most, waiting.length);
    });
    const api = apiFor(address, { concurrency: 2 });
    const ranges = ['a', 'b', 'c', 'd'].map((query) => api.queryRange(query, 0, 86_400, 300));
    await pollUntil('two requests at the server', () => waiting.length === 2);
    const all = [...ranges, api.queryRange('recent', 0, 300, 300), api.query('now', 0)];
    for (let answered = 0; answered < 6; answered++) {
      await pollUntil('a request at the server', () => waiting.length > 0);
      waiting.shift()!();
    }
    await Promise.all(all);
    assert.equal(most, 2);
    assert.deepEqual(order.slice(0, 2).sort(), ['a', 'b']);
    assert.deepEqual(order.slice(2), ['now', 'recent', 'c', 'd']);
  });

  it('ends at once when the caller gives up: under way, waiting for its turn, and between two tries', async () => {
    const { listener, seen } = inTurn(() => {});
    const api = apiFor((await serve(listener)).address, { concurrency: 1, timeout: '10s' });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = api.query('load', 0, running.signal);
    const second = api.query('load', 0, waiting.signal);
    await pollUntil('the first request at the server', () => seen.count === 1);
    waiting.abort(new Error('gone'));
    await assert.rejects(second, /gone/);
    running.abort(new Error('gone too'));
    await assert.rejects(first, /gone too/);
    await pollUntil('the request to be told', () => outcomes().length === 1);
    assert.deepEqual(outcomes(), ['aborted']);
    assert.equal(seen.count, 1);

    const limited = inTurn((response) => json(response, 429, '', { 'retry-after': '9' }));
    const limitedApi = apiFor((await serve(limited.listener)).address, { timeout: '10s' });
    const between = new AbortController();
    const third = limitedApi.query('load', 0, between.signal);
    await pollUntil('the first try to be over', () => outcomes().length === 2);
    between.abort(new Error('gone as well'));
    await assert.rejects(third, /gone as well/);
  });

  it('ends what is under way and what waits when it is closed', async () => {
    const { listener, seen } = inTurn(() => {});
    const api = apiFor((await serve(listener)).address, { concurrency: 1, timeout: '10s' });
    const calls = [api.query('load', 0), api.query('load', 0)];
    const ended = Promise.all(calls.map((call) => assert.rejects(call)));
    await pollUntil('the first request at the server', () => seen.count === 1);
    await api.close();
    await ended;
    assert.equal(seen.count, 1);
  });

  it('tells warnings and partial results once, and when they are over', async () => {
    const withWarning = (response: ServerResponse): void =>
      json(response, 200, good.replace('{', '{"warnings":["store\\u202egateway-1\\nis down"],'));
    const partial = (response: ServerResponse): void =>
      json(response, 200, good.replace('{', '{"isPartial":true,'));
    const { listener } = inTurn(withWarning, withWarning, answerGood, partial, partial);
    const api = apiFor((await serve(listener)).address);
    for (let i = 0; i < 5; i++) await api.query('load', 0);
    assert.deepEqual(recorder.notices, [
      { source: 'main', topic: 'warnings', subject: 'load', message: 'store gateway-1 is down' },
      { source: 'main', topic: 'warnings', subject: 'load', message: undefined },
      {
        source: 'main',
        topic: 'warnings',
        subject: 'load',
        message: 'the result is partial: some storage nodes did not answer',
      },
    ]);
  });

  it('tells that the clocks differ', async () => {
    const server = await serverWithClock(-600);
    const api = apiFor(server.address);
    await api.query('load', 0);
    await api.query('load', 0);
    assert.equal(api.clockOffsetSeconds, -600);
    server.clock.offsetSeconds = 0;
    await api.query('load', 0);
    assert.equal(api.clockOffsetSeconds, 0);
    assert.deepEqual(
      recorder.notices.map(({ topic, message }) => [
        topic,
        message?.replace(/Prometheus.*, whose/, 'the server, whose'),
      ]),
      [
        [
          'clock',
          "this machine's clock is 10 min ahead of that of the server, whose time is used meanwhile; set both by NTP",
        ],
        ['clock', undefined],
      ],
    );
    assert.equal(
      server.clock.asked,
      2,
      'asks for the time only when the header says something else than before',
    );
  });

  it('does not believe a proxy whose clock is wrong', async () => {
    const server = await serverWithClock(0, -600);
    const api = apiFor(server.address);
    for (let i = 0; i < 3; i++) await api.query('load', 0);
    assert.equal(api.clockOffsetSeconds, 0);
    assert.deepEqual(recorder.notices, []);
    assert.equal(server.clock.asked, 1);
  });

  for (const time of ['NaN', '+Inf', '1e300', '-5'])
    it(`takes no time from a server that says it is ${time}`, async () => {
      const date = new Date(0).toUTCString();
      const data = { resultType: 'scalar', result: [0, time] };
      const { listener } = inTurn(
        (response) => json(response, 200, good, { date }),
        (response) => json(response, 200, JSON.stringify({ status: 'success', data }), { date }),
      );
      const api = apiFor((await serve(listener)).address, { retries: 0 });
      await assert.rejects(api.query('load', 0), {
        kind: 'unavailable',
        message: /something else than the time for the query time\(\)/,
      });
      assert.equal(api.clockOffsetSeconds, 0);
    });

  it('gives no answer while the clocks differ and nobody knows by how much', async () => {
    const server = await serverWithClock(-600);
    server.clock.fails = true;
    const api = apiFor(server.address, { retries: 0 });
    await assert.rejects(api.query('load', 0), { kind: 'unavailable', message: /503/ });
    server.clock.fails = false;
    await api.query('load', 0);
    assert.equal(api.clockOffsetSeconds, -600);
  });

  /** A server whose clock is wrong, behind a proxy whose clock may be wrong by another amount. */
  async function serverWithClock(offsetSeconds: number, headerOffsetSeconds?: number) {
    const clock = { offsetSeconds, asked: 0, fails: false };
    const { address } = await serve(async (request, response) => {
      const form = await formOf(request);
      const shifted = (seconds: number) => Date.now() / 1000 + seconds;
      const date = new Date(shifted(headerOffsetSeconds ?? clock.offsetSeconds) * 1000).toUTCString();
      if (form.get('query') !== 'time()') return json(response, 200, good, { date });
      clock.asked++;
      assert.equal(form.has('time'), false);
      if (clock.fails) return json(response, 503, '', { date });
      const now = shifted(clock.offsetSeconds);
      const data = { resultType: 'scalar', result: [now, String(now)] };
      json(response, 200, JSON.stringify({ status: 'success', data }), { date });
    });
    return { address, clock };
  }

  describe('with credentials', () => {
    let folder: string;
    let seen: (string | undefined)[];
    let address: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scaler-credentials-'));
      cleanUps.push(() => rm(folder, { recursive: true }));
      seen = [];
      ({ address } = await serve((request, response) => {
        request.resume();
        seen.push(request.headers.authorization);
        if (request.headers.authorization === 'Bearer wrong') json(response, 403, '');
        else answerGood(response);
      }));
    });

    it('sends user name and password', async () => {
      await apiFor(address, { basic: { username: 'ann', password: 'open sesame' } }).query('load', 0);
      assert.deepEqual(seen, [`Basic ${Buffer.from('ann:open sesame').toString('base64')}`]);
    });

    it('reads a token file again when it changes, and keeps the last token while it is away', async () => {
      const tokenFile = join(folder, 'token');
      await writeFile(tokenFile, 'first\n');
      const api = apiFor(address, { bearer: { tokenFile } });
      await api.query('load', 0);
      await writeFile(tokenFile, 'second\n');
      await api.query('load', 0);
      await rm(tokenFile);
      await api.query('load', 0);
      await api.query('load', 0);
      await writeFile(tokenFile, 'third');
      await api.query('load', 0);
      assert.deepEqual(seen, [
        'Bearer first',
        'Bearer second',
        'Bearer second',
        'Bearer second',
        'Bearer third',
      ]);
      assert.deepEqual(
        recorder.notices.map(({ topic, message }) => [topic, message?.replace(folder, '')]),
        [
          ['files', '/token cannot be read (ENOENT); its last content goes on being used'],
          ['files', undefined],
        ],
      );
    });

    it('does not ask without the credentials that it should have', async () => {
      const api = apiFor(address, { basic: { username: 'ann', passwordFile: join(folder, 'none') } });
      await assert.rejects(api.query('load', 0), {
        kind: 'unavailable',
        message: /is not asked, because .*none cannot be read \(ENOENT\); check the path/,
      });
      assert.deepEqual(seen, []);
    });

    it('does not take a token that no header can carry for a server in trouble', async () => {
      const tokenFile = join(folder, 'token');
      await writeFile(tokenFile, 'two\nlines\n');
      const api = apiFor(address, { bearer: { tokenFile } });
      for (let i = 0; i < 6; i++)
        await assert.rejects(api.query('load', 0), {
          kind: 'unavailable',
          message: /is not asked, because .*token holds no bearer token: .*; put the token alone there/,
        });
      await writeFile(tokenFile, 'one');
      await api.query('load', 0);
      assert.deepEqual(seen, ['Bearer one']);
      assert.deepEqual(recorder.notices, []);
    });

    it('does not repeat them in an error', async () => {
      await assert.rejects(
        apiFor(address, { bearer: { token: 'wrong' } }).query('load', 0),
        (error: Error) => {
          assert.match(error.message, /refuses access \(403 Forbidden\)/);
          assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /wrong/);
          return true;
        },
      );
    });
  });
});
