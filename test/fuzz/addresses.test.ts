import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { BlockList, isIP, type LookupFunction, type Socket } from 'node:net';
import fc from 'fast-check';
import { Sources } from '../../scaler/history/sources.js';
import { sourceLimitsSchema, sourcesSchema } from '../../scaler/prometheus/source-config.js';
import { ScalerError } from '../../scaler/shared/errors.js';
import { address as triggerAddress } from '../../scaler/trigger/forms.js';
import { startHttpServer, type TestHttpServer } from '../support/http-server.js';
import { runs, tell, timeoutMilliseconds, tryInputs } from './fuzz.js';

const answer = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [0, '42'] } });

/** What a name that is on no list resolves to: now inside the listed network, now where nobody may go. */
const treacherous = [
  '127.9.0.1',
  '127.0.0.1',
  '::1',
  '169.254.169.254',
  'fd00::1',
  '::ffff:127.0.0.1',
  '0.0.0.0',
];

/** What a listed name resolves to beside an address that is listed itself. */
const nearby = ['169.254.169.254', '127.0.0.2', '::1', '::ffff:127.0.0.1', 'fe80::1', '0.0.0.0'];

describe('addresses that triggers bring along', function () {
  this.timeout(timeoutMilliseconds);
  let listed: TestHttpServer;
  let other: TestHttpServer;
  let sources: Sources;
  /** Where the client really went: host and port as it was told, IP addresses as the system was. */
  let connections: { protocol: string; hostname: string; port: string }[] = [];
  let attempts: { ip: string; port: number }[] = [];
  let requests: { host: string | undefined; url: string }[] = [];
  let resolved: string[] = [];
  const network = new BlockList();
  network.addSubnet('127.9.0.0', 16, 'ipv4');

  const onConnect = (message: unknown): void => {
    connections.push((message as { connectParams: (typeof connections)[number] }).connectParams);
  };
  const onSocket = (message: unknown): void => {
    (message as { socket: Socket }).socket.on('connectionAttempt', (ip: string, port: number) => {
      attempts.push({ ip, port });
    });
  };

  const lookup: LookupFunction = (hostname, { all }, callback) => {
    resolved.push(hostname);
    const isListed = hostname === 'listed.test' || hostname.endsWith('.teams.test');
    const known = isListed ? ['127.0.0.1', ...nearby] : treacherous;
    const addresses = shuffled(known, resolved.length).map((address) => ({
      address,
      family: isIP(address),
    }));
    if (all) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };

  before(async () => {
    listed = await startHttpServer((request, response) => {
      requests.push({ host: request.headers.host, url: request.url! });
      request.resume().once('end', () => {
        if (request.url!.includes('elsewhere'))
          response.writeHead(307, { location: `http://127.0.0.1:${other.port}/api/v1/query` }).end();
        else response.end(answer);
      });
    });
    other = await startHttpServer((_, response) => response.end(answer));
    const { port } = listed;
    sources = new Sources(
      sourcesSchema.parse({
        allowedAddresses: [
          `http://listed.test:${port}`,
          `http://*.teams.test:${port}`,
          `http://127.0.0.1:${port}`,
          `http://127.9.0.0/16:${port}`,
        ],
      }),
      undefined,
      { lookup, addressLimits: sourceLimitsSchema.parse({ retries: 0, timeout: '2s' }) },
    );
    subscribe('undici:client:beforeConnect', onConnect);
    subscribe('net.client.socket', onSocket);
  });

  after(async () => {
    unsubscribe('undici:client:beforeConnect', onConnect);
    unsubscribe('net.client.socket', onSocket);
    await sources.close();
    await Promise.all([listed.close(), other.close()]);
  });

  beforeEach(forget);

  function forget(): void {
    connections = [];
    attempts = [];
    requests = [];
    resolved = [];
  }

  /** Asks an address as a trigger would have it asked. False when it is refused. */
  async function ask(address: string): Promise<boolean> {
    let opened: ReturnType<Sources['window']>;
    try {
      const source = { kind: 'address', address, headers: {}, queryParameters: {} } as const;
      opened = sources.window({ source, query: 'load', stepSeconds: 300, historySeconds: 3600 });
    } catch (error) {
      assert.ok(error instanceof ScalerError && error.kind === 'invalid', String(error));
      return false;
    }
    await opened.observe(0).catch((error) => assert.ok(error instanceof ScalerError, error));
    opened.release();
    return true;
  }

  /** Nobody was connected to who is on no list, whatever the address looked like. */
  function assertOnList(address: string): void {
    const { port } = listed;
    for (const { protocol, hostname, port: used } of connections) {
      assert.equal(protocol, 'http:', address);
      assert.equal(used, String(port), address);
      const isNamed =
        hostname === 'listed.test' || hostname === '127.0.0.1' || hostname.endsWith('.teams.test');
      for (const { ip, port: reached } of attempts) {
        assert.equal(reached, port, address);
        const isInNetwork = network.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
        assert.ok(isInNetwork || (isNamed && ip === '127.0.0.1'), `${address} reached ${ip} by ${hostname}`);
      }
    }
    if (connections.length === 0) assert.deepEqual(attempts, [], address);
    for (const { url } of requests) assert.match(url, /^\/[^?#\s]*api\/v1\/query$/, address);
  }

  const scheme = mostly(
    'http://',
    3,
    fc.constantFrom(
      'http://',
      'http://',
      'http://',
      'HTTP://',
      'http:',
      'http:\\\\',
      'http:/',
      'hTTp:///',
      'https://',
      '//',
      'ftp://',
      'ws://',
      'javascript://',
      '\thttp://',
      'ht\ntp://',
      '',
    ),
  );
  const user = mostly(
    '',
    3,
    fc.constantFrom(
      '',
      '',
      '',
      '',
      '@',
      ':@',
      'ann@',
      'ann:pw@',
      'listed.test@',
      'listed.test:80@',
      'a@b@',
      '%40',
      'listed.test%40',
      'listed.test\\@',
      'listed.test/@',
      'listed.test#@',
      'listed.test?@',
    ),
  );
  const host = fc.oneof(
    fc.constantFrom(
      'listed.test',
      'LISTED.test',
      'listed.test.',
      'listed.test..',
      'listed%2etest',
      'listed。test',
      'ｌisted.test',
      'lis\u00adted.test',
      'lіsted.test',
      'listed.test%00',
      'listed.test%20.evil.test',
      'listed.test.evil.test',
      'evil-listed.test',
      'xn--listed.test',
      'a.teams.test',
      'teams.test',
      'evilteams.test',
      'evil-teams.test',
      '.teams.test',
      '%2eteams.test',
      'evil.test%2f.teams.test',
      'evil.test%23.teams.test',
      'evil.test\\.teams.test',
      'evil.test;.teams.test',
      'evil.test,.teams.test',
      'evil.test:80.teams.test',
      'a.teams.test.',
      'localhost',
      'evil.test',
      'metadata',
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '0x7f.1',
      '0x7f000001',
      '2130706433',
      '017700000001',
      '0177.0.0.1',
      '127.0.0.1.',
      '127.0.0.01',
      '127.0.0.256',
      '4294967297',
      '１２７.0.0.1',
      '127。0。0。1',
      '0',
      '0.0.0.0',
      '127.8.0.1',
      '127.9.0.1',
      '127.9.255.255',
      '127.10.0.0',
      '0x7f.9.1',
      '2131296257',
      '169.254.169.254',
      '0xa9fea9fe',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::FFFF:7f09:1]',
      '[::ffff:127.9.0.1]',
      '[::127.9.0.1]',
      '[64:ff9b::7f09:1]',
      '[2002:7f09:1::]',
      '[fe80::1%25lo]',
      '[fe80::1%lo]',
      '[::1%lo]',
      '[fd00::1]',
      '[::ffff:0:127.9.0.1]',
      '[v1.x]',
      '',
    ),
    fc.domain(),
    fc.ipV4Extended(),
    fc.ipV6().map((ip) => `[${ip}]`),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );
  const path = mostly(
    '',
    1,
    fc.constantFrom(
      '',
      '/',
      '/prometheus',
      '//',
      '//evil.test',
      '/../..',
      '/%2e%2e/%2e%2e/',
      '/a/..;/b',
      '/%2f%2fevil.test',
      '/\\evil.test',
      '/elsewhere',
      '/%0d%0aHost:%20evil.test',
      '/\r\nHost: evil.test',
      '/ HTTP/1.1',
      '?x=1',
      '#x',
      '/%3Fx=1',
      '/%23',
      '/@evil.test',
      ':80',
      '@evil.test',
      '.evil.test',
      '/\u202e/é',
    ),
  );
  const noise = mostly(
    '',
    3,
    fc.constantFrom(
      '',
      '',
      '',
      '\t',
      '\n',
      '\r',
      '\0',
      ' ',
      '\\',
      '/',
      '@',
      '#',
      '?',
      ':',
      '%',
      '%00',
      '.',
      '\u200b',
      '[',
      ']',
    ),
  );

  it('never lead to a host or port that is not on the list', async () => {
    const ports = fc.constantFrom(
      'here',
      'here',
      'here',
      'there',
      'padded',
      '',
      '0',
      '80',
      '443',
      '65536',
      '-1',
      '8x',
    );
    const spelling: Record<string, () => string> = {
      here: () => `:${listed.port}`,
      there: () => `:${other.port}`,
      padded: () => `:000${listed.port}`,
      '': () => '',
    };
    let admitted = 0;
    const tried = await tryInputs(
      fc.tuple(scheme, user, host, ports, path, noise, fc.double({ min: 0, max: 1, noNaN: true })),
      async ([start, userText, hostText, portName, end, sprinkle, share]) => {
        const text = `${start}${userText}${hostText}${spelling[portName]?.() ?? `:${portName}`}${end}`;
        const at = Math.floor(share * text.length);
        const address = text.slice(0, at) + sprinkle + text.slice(at);
        forget();
        // As it stands, and as the reader of metadata hands it on.
        if (await ask(address)) admitted++;
        assertOnList(address);
        const read = readAddress(address);
        forget();
        if (read !== undefined && (await ask(read))) admitted++;
        if (read !== undefined) assertOnList(`${address} read as ${read}`);
      },
      Math.max(runs, 2000),
    );
    assert.ok(admitted > tried / 100, `only ${admitted} of ${tried} were admitted`);
    tell(
      'addresses of triggers that try to get past the allow-list',
      `${tried}, of which ${admitted} pass`,
      'connections to listed hosts and ports only',
    );
  });

  it('take a name that ends in a dot for another name', async () => {
    assert.equal(await ask(`http://listed.test:${listed.port}`), true);
    assert.equal(requests.length, 1);
    // Looked up without search domains, it need not be the same host. The network could still cover it, but does not.
    await ask(`http://listed.test.:${listed.port}`);
    assert.deepEqual(
      attempts.map(({ ip }) => ip).filter((ip) => !network.check(ip)),
      ['127.0.0.1'],
    );
    assert.equal(requests.length, 1);
  });

  it('follow no redirect, also not to another port of the same host', async () => {
    assert.equal(await ask(`http://127.0.0.1:${listed.port}/elsewhere`), true);
    assert.deepEqual(attempts, [{ ip: '127.0.0.1', port: listed.port }]);
  });

  for (const ip of ['127.0.0.2', '169.254.169.254', '::1', 'fd00::1'])
    it(`are checked again when a connection that was kept is gone and the name has become ${ip}`, async () => {
      let now = '127.0.0.1';
      const rebinding = new Sources(
        sourcesSchema.parse({ allowedAddresses: [`http://127.0.0.1/32:${listed.port}`] }),
        undefined,
        {
          lookup: (_, __, callback) => callback(null, [{ address: now, family: isIP(now) }]),
          // A request that goes out in the moment in which the connection ends is tried once more.
          addressLimits: sourceLimitsSchema.parse({ retries: 1, timeout: '2s', concurrency: 1 }),
        },
      );
      const source = { headers: {}, queryParameters: {}, kind: 'address' } as const;
      const { history } = rebinding.open({ ...source, address: `http://rebound.test:${listed.port}` });
      try {
        await history.instant('load', 0);
        await history.instant('load', 0);
        assert.equal(attempts.length, 1, 'the connection was kept');
        listed.server.closeAllConnections();
        now = ip;
        await assert.rejects(history.instant('load', 0), {
          kind: 'invalid',
          message: /resolves to no address on/,
        });
        assert.equal(attempts.length, 1);
      } finally {
        await rebinding.close();
      }
    });
});

/** The address as the reader of a trigger's metadata hands it on. */
function readAddress(text: string): string | undefined {
  try {
    return triggerAddress(text.trim()).address;
  } catch {
    // It says so to the user; there is no address then.
    return undefined;
  }
}

/** What an honest user writes as often as `weight` says, and otherwise something else. */
function mostly(honest: string, weight: number, otherwise: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight, arbitrary: fc.constant(honest) }, { weight: 1, arbitrary: otherwise });
}

/** The list from another place on each time. */
function shuffled<Item>(items: readonly Item[], turn: number): Item[] {
  const start = turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
