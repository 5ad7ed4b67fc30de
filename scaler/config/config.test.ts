import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ScalerError } from '../shared/errors.js';
import { listen } from '../shared/listen.js';
import { loadConfig, type ScalerConfig } from './load.js';

describe('loadConfig', () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
    file = join(folder, 'scaler.yaml');
  });
  after(() => rmSync(folder, { recursive: true }));

  function load(yaml: string | undefined, environment: Record<string, string> = {}): ScalerConfig {
    if (yaml !== undefined) writeFileSync(file, yaml);
    return loadConfig({ environment, file: yaml === undefined ? undefined : file });
  }

  /** The message of the ScalerError that the configuration brings about, with the file's path shortened to `FILE`. */
  function refusal(yaml: string | undefined, environment: Record<string, string> = {}): string {
    try {
      load(yaml, environment);
    } catch (error) {
      assert.ok(error instanceof ScalerError, `expected a ScalerError, got ${error}`);
      assert.equal(error.kind, 'invalid');
      assert.ok(!error.message.includes('\n'));
      return error.message.replaceAll(file, 'FILE');
    }
    return assert.fail('the configuration was accepted');
  }

  it('needs nothing', () => {
    const { fitting, ...config } = load(undefined);
    assert.deepEqual(config.grpc, {
      address: { host: undefined, port: 50_051 },
      tls: undefined,
      maxConnections: 1024,
      advertisedAddress: 'predictive-scaler.predictive-scaler:50051',
    });
    assert.deepEqual(config.http, {
      address: { host: undefined, port: 8080 },
      auth: undefined,
      protectMetrics: false,
    });
    assert.deepEqual(config.planner, {
      refreshSeconds: 15,
      refitSeconds: 3600,
      maxStalenessSeconds: 1800,
      firstAnswerWaitSeconds: 2,
      idleSeconds: 600,
      maxTriggersPerNamespace: 2000,
      maxStepsPerNamespace: 10_000_000,
    });
    assert.deepEqual(config.sources.named, {});
    assert.equal(config.sources.default, undefined);
    assert.deepEqual(config.log, { level: 'info' });
    assert.equal(config.drainSeconds, 10);
    assert.deepEqual(config.notices, []);
    assert.ok(fitting.threads >= 1 && fitting.threads <= 4);
  });

  it('reads the file', () => {
    const config = load(`
grpc: {address: "[::1]:5000", certFile: /tls/tls.crt, keyFile: /tls/tls.key}
planner:
  maxStaleness: 1h
  threads: 2
log:
  level: debug
http:
  address: :9000
  username: # not given
sources:
  named:
    central: {address: "https://mimir/prometheus", headers: {X-Scope-OrgID: shop}}
  default: central
  allowedAddresses: ["http://*.monitoring.svc:9090"]
`);
    assert.deepEqual(config.grpc.address, { host: '::1', port: 5000 });
    assert.equal(config.grpc.tls?.keyFile, '/tls/tls.key');
    assert.deepEqual(config.http.address, { host: undefined, port: 9000 });
    assert.equal(config.planner.maxStalenessSeconds, 3600);
    assert.equal(config.fitting.threads, 2);
    assert.equal(config.log.level, 'debug');
    assert.equal(config.sources.named.central?.address, 'https://mimir/prometheus');
    assert.equal(config.sources.default, 'central');
  });

  it('lets the environment win over the file', () => {
    const config = load('planner: {refit: 2h, maxStaleness: 1h}', {
      SCALER_PLANNER_REFIT: '30m',
      SCALER_LOG_LEVEL: ' warn ',
    });
    assert.equal(config.planner.refitSeconds, 1800);
    assert.equal(config.planner.maxStalenessSeconds, 3600);
    assert.equal(config.log.level, 'warn');
  });

  it('makes a default source of one variable', () => {
    const config = load(undefined, {
      SCALER_PROMETHEUS_ADDRESS: 'http://prometheus:9090',
      SCALER_ALLOWED_ADDRESSES: 'http://a:1, http://b:2',
    });
    assert.equal(config.sources.named.default?.address, 'http://prometheus:9090');
    assert.equal(config.sources.default, 'default');
    assert.deepEqual(config.sources.allowedAddresses, ['http://a:1', 'http://b:2']);
  });

  it('refuses a staleness that every answer would have', () => {
    for (const maxStaleness of ['0s', '29s'])
      assert.throws(
        () => load(`planner: {maxStaleness: ${maxStaleness}}`),
        (error: Error) =>
          error.message.startsWith(
            `configuration: planner.maxStaleness: is ${maxStaleness}; expected twice planner.refresh (30s) or more`,
          ),
      );
    assert.equal(load('planner: {maxStaleness: 2s, refresh: 1s}').planner.maxStalenessSeconds, 2);
  });

  it('takes the file from SCALER_CONFIG_FILE', () => {
    writeFileSync(file, 'log: {level: error}');
    assert.equal(loadConfig({ environment: { SCALER_CONFIG_FILE: file } }).log.level, 'error');
  });

  it('accepts an empty file', () => {
    assert.equal(load('').log.level, 'info');
    assert.equal(load('# nothing yet\n').log.level, 'info');
  });

  it('cannot be changed', () => {
    const config = load('sources: {named: {a: {address: "http://a"}}}');
    for (const held of [
      config,
      config.grpc,
      config.grpc.address,
      config.sources,
      config.sources.named,
      config.planner,
    ])
      assert.ok(Object.isFrozen(held));
  });

  it('serves at every address of the machine, IPv4 or IPv6, since a cluster may have only one of them', async () => {
    const { grpc, http } = load(undefined);
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const loopback = own.filter(({ internal }) => internal).map(({ address }) => address);
    assert.ok(loopback.includes('127.0.0.1'));
    for (const { host } of [grpc.address, http.address]) {
      const server = createServer((socket) => socket.end());
      const port = await listen(server, { host, port: 0 }, 'gRPC');
      for (const address of loopback) await once(connect({ host: address, port }).resume(), 'end');
      server.close();
    }
  });

  it('says what became of variables of earlier versions', () => {
    const { notices } = load(undefined, { SCALER_GRPC_MAX_STREAMS: '5' });
    assert.deepEqual(notices, [
      'environment variable "SCALER_GRPC_MAX_STREAMS" has no effect any more: grpc.maxStreams is a constant now, 20000',
    ]);
  });

  it('says which variables mean nothing, and passes over those that Kubernetes makes', () => {
    const { notices } = load(undefined, {
      SCALER_PLANER_REFIT: '1h',
      SCALER_SERVICE_HOST: '10.0.0.1',
      SCALER_GRPC_SERVICE_PORT_GRPC: '50051',
      SCALER_PORT: 'tcp://10.0.0.1:50051',
      SCALER_PORT_50051_TCP_ADDR: '10.0.0.1',
    });
    assert.deepEqual(notices, [
      'environment variable "SCALER_PLANER_REFIT" is not known and has no effect; did you mean "SCALER_PLANNER_REFIT"?',
    ]);
  });

  it('has calendars, with whatever their events do', () => {
    const { calendars } = load(`
sources:
  allowedAddresses: [https://calendar.example.com:443]
calendars:
  de-holidays: {holidays: DE-BE, kinds: [public, bank]}
  launches:
    address: https://calendar.example.com/private-token/launches.ics
    effects: {factor: 2, like: 2025-11-28}
    refresh: 10m
  known:
    events:
      - {name: Black Friday, at: 2026-11-27/P1D, factor: 3, replicas: 20}
      - {at: 2026-12-01T10:00/PT2H, learn: true}
`);
    assert.equal(calendars['de-holidays']?.holidays, 'DE-BE');
    assert.equal(calendars.launches?.refreshSeconds, 600);
    assert.equal(calendars.launches?.address?.hostname, 'calendar.example.com');
    const likeDaySeconds = Date.UTC(2025, 10, 28) / 1000;
    assert.deepEqual(calendars.launches?.effects, { factor: 2, likeDaySeconds, learn: false });
    assert.deepEqual(
      calendars.known?.events?.map(({ name, effects }) => [name, effects]),
      [
        ['Black Friday', { factor: 3, floorReplicas: 20, learn: false }],
        ['2026-12-01T10:00/PT2H', { learn: true }],
      ],
    );
    assert.ok(!(JSON.stringify(calendars) + inspect(calendars, { depth: 9 })).includes('private-token'));
  });

  describe('refuses', () => {
    const cases: [string, string | undefined, Record<string, string>, RegExp][] = [
      ['broken YAML', 'grpc:\n  address: [', {}, /FILE:2:\d+: broken YAML/],
      ['a key twice', 'log:\n  level: info\n  level: warn', {}, /FILE:3:3: broken YAML \(duplicate key\)/],
      ['a list for a file', '- a', {}, /FILE:1:1: expected a map of settings/],
      [
        'an unknown setting',
        'grpc:\n  adress: :1',
        {},
        /FILE:2:3: grpc\.adress: .* did you mean "address"\?/,
      ],
      [
        'an unknown group',
        'planer:\n  refit: 1h',
        {},
        /FILE:1:1: planer: there is no such setting; did you mean "planner"\?/,
      ],
      [
        'an address for KEDA with a scheme',
        'grpc:\n  advertisedAddress: http://scaler:50051',
        {},
        /FILE:2:3: grpc\.advertisedAddress: received "http:\/\/scaler:50051"; expected `host:port`/,
      ],
      ['a value for a group', 'grpc: 1', {}, /FILE:1:1: grpc: received 1; expected a map/],
      [
        'a list for a value',
        'log:\n  level: [info]',
        {},
        /FILE:2:3: log\.level: received a list; expected `trace`/,
      ],
      ['a map for a value', 'log:\n  level: {a: 1}', {}, /FILE:2:3: log\.level: received a map/],
      [
        'a calendar without events',
        'calendars:\n  a: {}',
        {},
        /FILE:2:3: calendars\.a: .*expected one of "holidays", "file", "address" and "events"$/,
      ],
      [
        'a calendar with two origins',
        'calendars:\n  a: {holidays: DE, file: a.ics}',
        {},
        /FILE:2:3: calendars\.a: .*expected one of .*, not holidays and file$/,
      ],
      [
        'an event without an end',
        'calendars:\n  a:\n    events: [{at: 2026-11-27, factor: 3}]',
        {},
        /FILE:3:15: calendars\.a\.events\.0\.at: received "2026-11-27"; it has no end; .*2026-11-27\/P1D/,
      ],
      [
        'a factor in words',
        'calendars:\n  a:\n    events: [{at: 2026-11-27/P1D, factor: much}]',
        {},
        /FILE:3:35: calendars\.a\.events\.0\.factor: received "much"; expected a number above 0 and up to 1000$/,
      ],
      [
        'effects out of bounds',
        'calendars:\n  a: {holidays: DE, effects: {factor: -1, floor: -2, replicas: 1.5, learn: no?}}',
        {},
        /effects\.factor: received -1; expected a number above 0 and up to 1000; .*effects\.floor: received -2; expected a number from 0 to 1e15; .*effects\.replicas: received 1\.5; expected a whole number from 1 to 1000000; .*effects\.learn: received "no\?"; expected true or false$/,
      ],
      [
        'kinds of holidays that are none',
        'calendars:\n  a: {holidays: "", kinds: [public, x]}\n  b: {holidays: DE, kinds: public}',
        {},
        /a\.holidays: received ""; expected text that is not empty; .*a\.kinds\.1: received "x"; expected one of public, bank, school, optional, observance; .*b\.kinds: received "public"; expected a list$/,
      ],
      [
        'limits of a source out of bounds',
        'sources:\n  named:\n    a: {address: http://a, concurrency: 0, retries: many, maxBodyBytes: 5, basic: {username: 1}, tls: {serverName: ""}}',
        {},
        /basic\.username: received 1; expected text; .*tls\.serverName: received ""; expected text that is not empty; .*concurrency: received 0; expected a whole number from 1 to 256; .*retries: received "many"; expected a whole number from 0 to 10; .*maxBodyBytes: received 5; expected a whole number from 1024 to 268435456$/,
      ],
      [
        'a misspelled effect',
        'calendars:\n  a: {holidays: DE, effects: {replica: 3}}',
        {},
        /FILE:2:.*: calendars\.a\.effects\.replica: there is no such setting; did you mean "replicas"\?/,
      ],
      [
        'a calendar that is not on the allow-list',
        'calendars:\n  a: {address: "https://calendar.example.com/private-token/a.ics"}',
        {},
        /calendars\.a\.address: https:\/\/calendar\.example\.com is not on the list .*add https:\/\/calendar\.example\.com:443 to sources\.allowedAddresses$/,
      ],
      [
        'a name with a space',
        'calendars:\n  my days: {holidays: DE}',
        {},
        /FILE:2:3: calendars\.".*": .*a calendar name is lower case and DNS-safe/,
      ],
      [
        'a duration without unit',
        'planner:\n  refit: 60',
        {},
        /FILE:2:3: planner\.refit: received "60" \(it is not a duration.*; expected a duration of whole seconds from 1m/,
      ],
      [
        'a wrong variable',
        undefined,
        { SCALER_LOG_LEVEL: 'loud' },
        /: SCALER_LOG_LEVEL: received "loud"; expected `tr/,
      ],
      [
        'an address without port',
        undefined,
        { SCALER_GRPC_ADDRESS: 'localhost' },
        /received "localhost"; expected/,
      ],
      ['a port too high', undefined, { SCALER_GRPC_ADDRESS: ':70000' }, /port 70000 is above 65535/],
      ['part of a thread', undefined, { SCALER_PLANNER_THREADS: '1.5' }, /"1\.5" \(it is not whole\)/],
      [
        'a setting that is a constant now',
        'grpc:\n  maxConnections: 5',
        { SCALER_HISTORY_BOOTSTRAP_FOLDER: '/csv' },
        /: FILE:2:3: grpc\.maxConnections: received "5"; there is no such setting any more: it is a constant now, 1024; SCALER_HISTORY_BOOTSTRAP_FOLDER: received "\/csv"; .* now, \/etc\/scaler\/bootstrap$/,
      ],
      [
        'settings of still earlier versions',
        'planner: {idle: 5m}\nprocess: {drain: 5s}',
        {},
        /: FILE:1:11: planner\.idle: there is no such setting any more: planner\.idle is a constant now, 10m; FILE:2:1: process: .* any more: process\.drain is a constant now, 10s$/,
      ],
      [
        'a password that is not in a file',
        undefined,
        { SCALER_HTTP_USERNAME: 'ann', SCALER_HTTP_PASSWORD: 'hush' },
        /: SCALER_HTTP_PASSWORD: received a hidden value; .* any more: write the password to a file and name it in http\.passwordFile$/,
      ],
      ['a certificate alone', 'grpc: {certFile: /a}', {}, /grpc\.certFile and grpc\.keyFile: one of the two/],
      ['a client CA alone', 'grpc: {clientCaFile: /a}', {}, /grpc\.clientCaFile: needs grpc\.certFile/],
      [
        'a user without password',
        'http: {username: ann}',
        {},
        /http\.username and http\.passwordFile: one of the two is missing/,
      ],
      [
        'a missing password file',
        'http: {username: a, passwordFile: /no}',
        {},
        /cannot read "\/no" \(ENOENT\)/,
      ],
      [
        'metrics protected by nothing',
        'http: {protectMetrics: true}',
        {},
        /no http\.passwordFile or http\.tokenFile/,
      ],
      ['a list of sources', 'sources: [a]', {}, /FILE:1:1: sources: received a list; expected a map/],
      [
        'an unknown key of a source',
        'sources:\n  named:\n    a:\n      address: http://a\n      tokn: x',
        {},
        /FILE:5:7: sources\.named\.a\.tokn: there is no such setting/,
      ],
      [
        'a misspelled key of a source',
        'sources:\n  named:\n    a:\n      adress: http://a',
        {},
        /sources\.named\.a\.address: is missing; .*sources\.named\.a\.adress: .* did you mean "address"\?/,
      ],
      ['a misspelled part', 'sources: {alowedAddresses: []}', {}, /did you mean "allowedAddresses"\?/],
      [
        'a default that is none',
        'sources:\n  default: b',
        {},
        /FILE:2:3: sources\.default: received "b"; expected the n/,
      ],
      [
        'a bad source name',
        'sources: {named: {A_B: {address: "http://a"}}}',
        {},
        /sources\.named\.A_B: .*DNS-safe/,
      ],
      [
        'two default sources',
        'sources: {named: {a: {address: "http://a"}}, default: a}',
        { SCALER_PROMETHEUS_ADDRESS: 'http://b' },
        /sources\.default: SCALER_PROMETHEUS_ADDRESS makes the default source too/,
      ],
      [
        'an address that is none',
        undefined,
        { SCALER_PROMETHEUS_ADDRESS: 'p:9090' },
        /SCALER_PROMETHEUS_ADDRESS: rec/,
      ],
    ];
    for (const [name, yaml, environment, message] of cases)
      it(name, () => {
        assert.match(refusal(yaml, environment), message);
      });

    it('a file that is not there', () => {
      assert.throws(
        () => loadConfig({ environment: {}, file: join(folder, 'none.yaml') }),
        /cannot read the configuration file ".*none\.yaml" \(there is none\)/,
      );
    });

    it('an empty secret file', () => {
      const secretFile = join(folder, 'empty');
      writeFileSync(secretFile, '\n');
      assert.match(
        refusal(undefined, { SCALER_HTTP_TOKEN_FILE: secretFile }),
        /http\.tokenFile: the file ".*" is empty/,
      );
    });
  });

  describe('keeps secrets', () => {
    const secret = 'hush-hush';

    it('in files that are read where they are needed', () => {
      const passwordFile = join(folder, 'password');
      writeFileSync(passwordFile, ` ${secret}\n`);
      const { auth } = load(undefined, {
        SCALER_HTTP_USERNAME: 'ann',
        SCALER_HTTP_PASSWORD_FILE: passwordFile,
        SCALER_HTTP_TOKEN_FILE: passwordFile,
      }).http;
      assert.deepEqual(auth, { basic: { username: 'ann', passwordFile }, tokenFile: passwordFile });
    });

    it('out of JSON and dumps', () => {
      const config = load(
        `sources: {named: {a: {address: "http://a", basic: {username: u, password: ${secret}}, headers: {X-Key: ${secret}}}}}`,
      );
      assert.equal(config.sources.named.a?.basic?.password, secret);
      const shown = JSON.stringify(config) + inspect(config, { depth: 9 });
      assert.ok(!shown.includes(secret), shown);
      assert.ok(shown.includes('X-Key'));
    });

    const wrong: [string, string, Record<string, string>][] = [
      [
        'a password that is no text',
        `sources: {named: {a: {address: "http://a", basic: {password: [${secret}]}}}}`,
        {},
      ],
      [
        'a token of the wrong kind',
        `sources: {named: {a: {address: "http://a", bearer: {token: {x: ${secret}}}}}}`,
        {},
      ],
      [
        'a token where the map with it belongs',
        `sources: {named: {a: {address: "http://a", bearer: ${secret}}}}`,
        {},
      ],
      [
        'user and password in place of their map',
        `sources: {named: {a: {address: "http://a", basic: "ann:${secret}"}}}`,
        {},
      ],
      [
        'a header in one piece as a name',
        `sources: {named: {a: {address: "http://a", headers: {"Authorization: Bearer ${secret}": ""}}}}`,
        {},
      ],
      ['a listed address that is no list', `sources: {allowedAddresses: "http://ann:${secret}@a"}`, {}],
      [
        'a header with a line break',
        `sources: {named: {a: {address: "http://a", headers: {K: "${secret}\\n"}}}}`,
        {},
      ],
      ['a password in the address of a calendar', `calendars: {a: {address: "http://u:${secret}@a"}}`, {}],
      ['the path of a calendar', `calendars: {a: {address: "https://a/${secret}?export"}}`, {}],
      ['a password in an address', `sources: {named: {a: {address: "http://u:${secret}@a"}}}`, {}],
      ['a password in the variable', '', { SCALER_PROMETHEUS_ADDRESS: `http://u:${secret}@a` }],
      ['a password in an allowed address', `sources: {allowedAddresses: [{a: ${secret}}]}`, {}],
      ['broken YAML', `http:\n  password: "${secret}`, {}],
      ['YAML with a tab', `http:\n\tpassword: ${secret}`, {}],
      ['both password and file', `http: {username: a, password: ${secret}, passwordFile: /x}`, {}],
    ];
    for (const [name, yaml, environment] of wrong)
      it(`out of messages: ${name}`, () => {
        const told = refusal(yaml, environment);
        assert.ok(!told.includes(secret), told);
      });
  });
});
