import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../../test/support/authority.js';
import { startHttpServer, type TestHttpServer } from '../../test/support/http-server.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { ScalerError } from '../shared/errors.js';
import { calendarsSchema } from './calendar-config.js';
import { type CalendarObserver, type CalendarState, CalendarStore } from './calendar-store.js';
import { readEvents } from './event-text.js';

const at = (text: string): number => Date.parse(text) / 1000;
const NOW = at('2026-11-20T10:30:00Z');

function ical(name: string, day: string): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:${name}\r\nDTSTART;VALUE=DATE:${day}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
}

describe('The calendars of the configuration', function () {
  this.timeout(20_000);
  let folder: string;
  let authority: Authority;
  let server: TestHttpServer;
  let answer: RequestListener;
  const open: CalendarStore[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'calendars-'));
    authority = new Authority(folder, 'authority');
    const { certFile, keyFile } = authority.issue('server');
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    server = await startHttpServer((request, response) => answer(request, response), tls);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
  });

  interface Options extends Partial<CalendarObserver> {
    readonly clock?: ManualClock;
    readonly allowedAddresses?: string[];
    readonly lookup?: LookupFunction;
  }

  function storeOf(
    calendars: object,
    { clock = new ManualClock(NOW), calendarRead, ...others }: Options = {},
  ) {
    const store = new CalendarStore({
      calendars: calendarsSchema.parse(calendars),
      allowedAddresses: [server.address],
      clock,
      ...(calendarRead && { observer: { calendarRead } }),
      ...others,
    });
    open.push(store);
    return store;
  }

  const atServer = (more: object = {}) => ({
    launches: {
      address: `${server.address}/private-token/launches.ics`,
      tls: { caFile: authority.caFile },
      ...more,
    },
  });

  function names(store: CalendarStore, calendar: string, timezone = 'UTC'): string[] {
    const found = store.of({ calendars: [calendar], events: [] });
    return found!
      .occurrences(at('2026-11-01T00:00Z'), at('2026-12-31T00:00Z'), timezone)
      .map(({ name, startSeconds }) => `${name} ${new Date(startSeconds * 1000).toISOString().slice(0, 16)}`);
  }

  /** A store whose readings can be waited for, one after the other. */
  async function watched(calendars: object, options: Options = {}) {
    const clock = new ManualClock(NOW);
    const states: { state: CalendarState; outcome: string }[] = [];
    let wake = (): void => {};
    const calendarRead = (state: CalendarState, outcome: string) => {
      states.push({ state, outcome });
      wake();
    };
    const store = storeOf(calendars, { clock, calendarRead, ...options });
    await store.start();
    const next = async (seconds: number) => {
      const read = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await clock.advance(seconds);
      await read;
      return states.at(-1)!;
    };
    return { store, states, next, clock };
  }

  it('are read from https, a file, the holidays of a place and the configuration itself', async () => {
    answer = (request, response) => {
      const { authorization } = request.headers;
      response.statusCode =
        authorization === 'Bearer s3cret' && request.url === '/private-token/launches.ics?export='
          ? 200
          : 403;
      response.end(ical('launch', '20261201'));
    };
    const file = join(folder, 'team.ics');
    writeFileSync(file, ical('offsite', '20261203'));
    const store = storeOf({
      ...atServer({ bearer: { token: 's3cret' }, queryParameters: { export: '' } }),
      team: { file, effects: { factor: 0.5 } },
      'de-holidays': { holidays: 'DE-BE' },
      known: { events: [{ name: 'Black Friday', at: '2026-11-27/P1D', factor: 3, replicas: 20 }] },
    });
    await store.start();
    assert.deepEqual(names(store, 'launches', 'Europe/Berlin'), ['launch 2026-11-30T23:00']);
    assert.deepEqual(names(store, 'team'), ['offsite 2026-12-03T00:00']);
    assert.deepEqual(names(store, 'known'), ['Black Friday 2026-11-27T00:00']);
    assert.deepEqual(names(store, 'de-holidays'), [
      '1. Weihnachtstag 2026-12-25T00:00',
      '2. Weihnachtstag 2026-12-26T00:00',
    ]);
    const effects = (calendar: string) =>
      store.of({ calendars: [calendar], events: [] })!.occurrences(NOW, at('2026-12-31T00:00Z'), 'UTC')[0]!
        .effects;
    assert.deepEqual(effects('launches'), { learn: false });
    assert.deepEqual(effects('team'), { factor: 0.5, learn: false });
    assert.deepEqual(effects('de-holidays'), { holiday: true, learn: false });
    assert.deepEqual(effects('known'), { factor: 3, floorReplicas: 20, learn: false });
    for (const { problem, readAtSeconds } of store.states())
      assert.deepEqual({ problem, readAtSeconds }, { problem: undefined, readAtSeconds: NOW });
  });

  it('count together with the events of a trigger', async () => {
    const store = storeOf({ known: { events: [{ name: 'sale', at: '2026-11-27/P1D', factor: 2 }] } });
    await store.start();
    const both = store.of({ calendars: ['known'], events: readEvents('launch: 2026-11-26/P2D x3') })!;
    assert.deepEqual(
      both.occurrences(NOW, at('2026-12-31T00:00Z'), 'UTC').map(({ calendar, name }) => [calendar, name]),
      [
        ['events', 'launch'],
        ['known', 'sale'],
      ],
    );
    assert.equal(store.of({ calendars: [], events: [] }), undefined);
  });

  describe('at a server', () => {
    it('are read again on the clock, and the last good copy stays while the server is down', async () => {
      answer = (_request, response) => response.end(ical('first', '20261201'));
      const { store, states, next } = await watched(atServer({ refresh: '1h' }));
      assert.deepEqual(names(store, 'launches'), ['first 2026-12-01T00:00']);

      answer = (_request, response) => response.end(ical('second', '20261202'));
      // From 10:30 to the full hour, as every replica reads it.
      assert.equal((await next(1800)).outcome, 'ok');
      assert.deepEqual(names(store, 'launches'), ['second 2026-12-02T00:00']);

      answer = (request) => request.socket.destroy();
      const { outcome, state } = await next(3600);
      assert.equal(outcome, 'failed');
      assert.match(state.problem!, /cannot be reached/);
      assert.equal(state.readAtSeconds, NOW + 1800);
      assert.deepEqual(names(store, 'launches'), ['second 2026-12-02T00:00']);

      // What answers is not a calendar: a login page, an error.
      answer = (_request, response) => response.end('<html>Sign in</html>');
      assert.match((await next(300)).state.problem!, /is no iCalendar text/);
      answer = (_request, response) => response.writeHead(302, { location: '/login' }).end();
      assert.match((await next(300)).state.problem!, /answered 302 Found; it is not followed/);
      answer = (_request, response) => response.writeHead(500).end('broken');
      assert.match((await next(300)).state.problem!, /answered 500 Internal Server Error/);
      assert.deepEqual(names(store, 'launches'), ['second 2026-12-02T00:00']);

      answer = (_request, response) => response.end(ical('third', '20261203'));
      assert.equal((await next(300)).state.problem, undefined);
      assert.deepEqual(names(store, 'launches'), ['third 2026-12-03T00:00']);
      for (const { state } of states) assert.ok(!JSON.stringify(state).includes('private-token'));
    });

    it('of 10 MB are refused without being read to their end', async () => {
      let sent = 0;
      answer = (_request, response) => {
        const chunk = 'X-COMMENT:much\r\n'.repeat(4096);
        const write = (): void => {
          while (sent < 10 * 1024 * 1024 && !response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', write);
          }
          response.end();
        };
        response.write('BEGIN:VCALENDAR\r\n');
        write();
      };
      const { states } = await watched(atServer());
      assert.match(states[0]!.state.problem!, /has more than 4194304 bytes and was not read further/);
      assert.ok(sent < 10 * 1024 * 1024, `${sent} bytes were sent`);
    });

    it('must be trusted', async () => {
      answer = (_request, response) => response.end(ical('first', '20261201'));
      const { states } = await watched(atServer({ tls: {} }));
      assert.match(states[0]!.state.problem!, /cannot be reached.*certificate/);
    });

    it('must not lead to another machine than the allow-list names', async () => {
      answer = () => assert.fail('the server was asked');
      const { port } = server;
      // The name is on the list and leads to this machine, as that of an attacker could.
      const lookup = ((_name, options, callback) =>
        options.all
          ? callback(null, [{ address: '127.0.0.1', family: 4 }])
          : callback(null, '127.0.0.1', 4)) as LookupFunction;
      const { states } = await watched(atServer({ address: `https://calendar.test:${port}/a.ics` }), {
        allowedAddresses: [`https://calendar.test:${port}`],
        lookup,
      });
      assert.match(states[0]!.state.problem!, /calendar\.test resolves to no address on the allow-list/);
    });

    it('must be on the allow-list', () => {
      assert.throws(
        () => storeOf(atServer(), { allowedAddresses: ['https://elsewhere:443'] }),
        (error) =>
          error instanceof ScalerError &&
          error.message.includes(`add https://localhost:${server.port} to sources.allowedAddresses`) &&
          !error.message.includes('private-token'),
      );
    });
  });

  it('in a file are named when they cannot be read', async () => {
    const large = join(folder, 'large.ics');
    writeFileSync(large, ' '.repeat(10 * 1024 * 1024));
    const store = storeOf({
      absent: { file: join(folder, 'absent.ics') },
      folder: { file: folder },
      large: { file: large },
    });
    await store.start();
    const [absent, directory, oversize] = store.states().map(({ problem }) => problem!);
    assert.match(absent!, /cannot be read \(there is no such file\); check the path/);
    assert.match(directory!, /cannot be read \(it is a folder\)/);
    assert.match(oversize!, /has more than 4194304 bytes/);
    assert.deepEqual(names(store, 'large'), []);
  });

  it('with holidays of an unknown place are a mistake in the configuration', async () => {
    await assert.rejects(
      storeOf({ 'my-holidays': { holidays: 'DE-BX' } }).start(),
      /^ScalerError: configuration: calendars\.my-holidays\.holidays: there is no state or region of DE "BX".*BE \(Berlin\)/,
    );
  });

  it('move on with the time', async () => {
    const { store, next } = await watched({ br: { holidays: 'BR' } });
    const tiradentes = () =>
      store
        .of({ calendars: ['br'], events: [] })!
        .occurrences(at('2027-04-20T00:00Z'), at('2027-04-23T00:00Z'), 'UTC').length;
    assert.equal(tiradentes(), 0);
    // Awake at the first midnight, and then again when the clock has moved on.
    await next(100 * 86_400);
    await next(86_400);
    assert.equal(tiradentes(), 1);
  });
});
