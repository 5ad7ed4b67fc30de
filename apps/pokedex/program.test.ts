import assert from 'node:assert/strict';
import mysql from 'mysql2/promise';
import pokemon from 'pokemon';
import { ChildProgram } from '../../test/support/child-program.js';
import { OtlpReceiver } from '../../test/support/otlp-receiver.js';
import { assertReadmeListsMetrics, assertReadmeListsVariables } from '../../test/support/readme.js';
import { MariadbServer } from '../local-stack/servers/mariadb-server.js';
import { pollUntil } from '../local-stack/servers/poll-until.js';
import { pokedexVariables } from './variables.js';

describe('the pokedex on a real database', () => {
  let server: MariadbServer;
  let address: Record<string, string>;
  const running: ChildProgram[] = [];
  let receiver: OtlpReceiver | undefined;

  before(async () => {
    server = await MariadbServer.start();
  });
  after(() => server.close());
  beforeEach(async () => {
    const url = new URL(server.url(await server.createDatabase()));
    address = { MYSQL_PORT: url.port, MYSQL_DATABASE: url.pathname.slice(1), MYSQL_USER: url.username };
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((program) => program.stop()));
    await receiver?.close();
    receiver = undefined;
  });

  function start(environment: Record<string, string> = {}): ChildProgram {
    const program = new ChildProgram(new URL('./main.js', import.meta.url), {
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      ...address,
      ...environment,
    });
    running.push(program);
    return program;
  }

  async function ready(program: ChildProgram): Promise<string> {
    const url = await program.url('http');
    await pollUntil('the pokedex to be ready', async () => (await fetch(`${url}/readyz`)).ok);
    return url;
  }

  async function get(url: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(url);
    return { status: response.status, body: await response.json() };
  }

  it('fills an empty database and answers names by number, on both ports', async () => {
    const program = start();
    const url = await ready(program);
    assert.deepEqual(await get(`${url}/pokemon/1`), { status: 200, body: { id: 1, name: 'Bulbasaur' } });
    assert.deepEqual(await get(`${url}/pokemon/25`), { status: 200, body: { id: 25, name: 'Pikachu' } });
    const last = pokemon.all().length;
    assert.deepEqual(await get(`${await program.url('metrics')}/pokemon/${last}`), {
      status: 200,
      body: { id: last, name: pokemon.getName(last) },
    });
  });

  it('answers 404 for a number without a Pokémon and 400 for anything but a number, as JSON', async () => {
    const url = await ready(start());
    assert.deepEqual(await get(`${url}/pokemon/9999`), {
      status: 404,
      body: { error: 'no Pokémon has the number 9999' },
    });
    for (const id of ['0', '-1', '1.5', 'pikachu', '025', '1e3', '123456', "1'%20OR%20'1"])
      assert.deepEqual(await get(`${url}/pokemon/${id}`), {
        status: 400,
        body: {
          error: `the id is ${JSON.stringify(decodeURIComponent(id))}: expected a National Pokédex number, such as 25`,
        },
      });
    assert.equal((await get(`${url}/pokemon/%ZZ`)).status, 400);
    assert.equal((await get(`${url}/pokemon`)).status, 404);
  });

  it('counts its requests and lookups, and lists its metrics in its README', async () => {
    const program = start();
    const url = await ready(program);
    for (const id of ['1', '2', '9999', 'x']) await get(`${url}/pokemon/${id}`);
    const metrics = await (await fetch(`${await program.url('metrics')}/metrics`)).text();
    for (const [result, count] of Object.entries({ found: 2, not_found: 1, invalid: 1, unavailable: 0 }))
      assert.match(metrics, new RegExp(`^pokedex_lookups_total\\{result="${result}"\\} ${count}$`, 'm'));
    assert.match(
      metrics,
      /^app_requests_total\{app="pokedex",endpoint="\/pokemon\/:id",method="GET",status="200"\} 2$/m,
    );
    assert.equal((await fetch(`${url}/metrics`)).status, 404, 'metrics are on the other port only');
    assertReadmeListsMetrics('pokedex', metrics);
  });

  it('is filled once by replicas that start together', async () => {
    const programs = [start(), start(), start()];
    const urls = await Promise.all(programs.map(ready));
    for (const url of urls) assert.equal((await get(`${url}/pokemon/7`)).status, 200);
    const connection = await mysql.createConnection(server.url(address.MYSQL_DATABASE));
    const [rows] = await connection.query('SELECT COUNT(*) AS count FROM pokemon');
    assert.deepEqual(rows, [{ count: pokemon.all().length }]);
    await connection.end();
    for (const program of programs)
      assert.equal(program.log.filter(({ level }) => level === 'warn').length, 0);
  });

  it('puts a span of its own around the query, in the trace of the request', async () => {
    const collector = await OtlpReceiver.start();
    receiver = collector;
    const program = start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await get(`${await ready(program)}/pokemon/25`);
    await program.stop();
    const spans = new Map(collector.spans.map((span) => [span.spanId, span]));
    const find = collector.spans.find(({ name }) => name === 'find pokemon')!;
    assert.ok(find, `no span "find pokemon" among ${collector.spans.map(({ name }) => name)}`);
    assert.deepEqual(find.attributes, { 'pokedex.number': 25, 'pokedex.found': true });
    const query = collector.spans.find(({ parentSpanId }) => parentSpanId === find.spanId);
    assert.equal(query?.name, 'SELECT', 'the query of mysql2 hangs below it');
    const ancestors: string[] = [];
    for (let span = spans.get(find.parentSpanId!); span; span = spans.get(span.parentSpanId ?? ''))
      ancestors.push(span.name);
    assert.equal(ancestors.at(-1), 'GET /pokemon/:id');
  });

  it('traces requests only: no probe, no scrape and none of its own checks of the database', async () => {
    const collector = await OtlpReceiver.start();
    receiver = collector;
    const program = start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const urls = [await ready(program), await program.url('metrics')];
    // The database is checked once a second: each change of state in the log proves a check.
    await server.pause();
    try {
      await program.logged('the database is away');
    } finally {
      await server.resume();
    }
    await ready(program);
    for (const url of urls)
      for (const path of ['/healthz', '/readyz', '/metrics', '/healthz?from=kubelet', '/pokemon/25'])
        await (await fetch(url + path)).text();
    await program.stop();
    const names = (spans: typeof collector.spans) => spans.map(({ name }) => name).sort();
    assert.deepEqual(names(collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined)), [
      'GET /pokemon/:id',
      'GET /pokemon/:id',
    ]);
    const probed = collector.spans.filter(({ name }) => /healthz|readyz|metrics/.test(name));
    assert.deepEqual(names(probed), []);
  });

  it('starts while the database is away, answers 503, and works once it is there', async () => {
    await server.pause();
    const program = start();
    const url = await program.url('http');
    try {
      const reason = await pollUntil('a reason in /readyz', async () => {
        const { body } = await get(`${url}/readyz`);
        const { problems } = body as { problems: { mysql: string } };
        return problems.mysql.includes('ECONNREFUSED') && problems.mysql;
      });
      assert.match(reason, /connect ECONNREFUSED 127\.0\.0\.1:\d+/);
      assert.deepEqual(await get(`${url}/pokemon/1`), {
        status: 503,
        body: { error: 'the database is away; try again soon' },
      });
      assert.equal((await fetch(`${url}/healthz`)).status, 200, 'alive, so that it is not restarted');
    } finally {
      await server.resume();
    }
    await ready(program);
    assert.equal((await get(`${url}/pokemon/1`)).status, 200);
  });

  it('answers 503 while the database is away for a while, and reconnects', async () => {
    const program = start();
    const url = await ready(program);
    assert.equal((await get(`${url}/pokemon/1`)).status, 200);
    await server.pause();
    try {
      const response = await fetch(`${url}/pokemon/1`);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '2');
      await pollUntil('/readyz to fail', async () => (await fetch(`${url}/readyz`)).status === 503);
    } finally {
      await server.resume();
    }
    await ready(program);
    assert.equal((await get(`${url}/pokemon/1`)).status, 200);
  });

  it('says that the password is wrong, and never shows it', async () => {
    const program = start({ MYSQL_USER: 'nobody', MYSQL_PASSWORD: 'hunter2' });
    const line = await program.logged('the database is away');
    assert.match(String(line.reason), /^Access denied for user 'nobody'@/);
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
    assert.ok(!JSON.stringify(program.log).includes('hunter2'));
  });

  it('lists its variables in its README', () => {
    assertReadmeListsVariables('pokedex', pokedexVariables);
  });
});
