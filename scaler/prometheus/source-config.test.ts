import assert from 'node:assert/strict';
import { explain } from '../shared/problems.js';
import { sourceSchema, sourcesSchema } from './source-config.js';

const messages = (source: object): string[] => {
  const { error } = sourceSchema.safeParse(source);
  const problems = error === undefined ? [] : explain(error, sourceSchema, source);
  return problems.map(({ path, what }) => `${path.join('.')}: ${what}`);
};

const ADDRESS = 'https://mimir.monitoring/prometheus';

describe('sourceSchema', () => {
  it('fills in what is not said', () => {
    assert.deepEqual(sourceSchema.parse({ address: ADDRESS }), {
      address: ADDRESS,
      headers: {},
      queryParameters: {},
      timeoutSeconds: 10,
      resolutionSeconds: 60,
      concurrency: 8,
      retries: 2,
      maxBodyBytes: 4_194_304,
    });
  });

  it('gives something that nobody can change', () => {
    assert.ok(Object.isFrozen(sourceSchema.parse({ address: ADDRESS })));
  });

  for (const [source, message] of [
    [{ address: 'prometheus:9090' }, /address: received .*; expected http/],
    [{ address: 'http://ann:secret@prometheus' }, /address: .*expected http.*"basic" or "bearer"/],
    [{ address: 'http://prometheus?x=1' }, /address: .*"queryParameters"/],
    [
      { address: ADDRESS, basic: { username: 'ann' } },
      /basic: .*expected either "password" or "passwordFile"/,
    ],
    [{ address: ADDRESS, bearer: { token: 'a', tokenFile: 'b' } }, /bearer: .*expected either/],
    [{ address: ADDRESS, basic: { username: 'a', password: 'b' }, bearer: { token: 'c' } }, /not both/],
    [{ address: ADDRESS, tls: { certFile: 'a' } }, /tls: .*expected "certFile" and "keyFile" together/],
    [{ address: ADDRESS, headers: { Host: 'a' } }, /headers\.Host/],
    [{ address: ADDRESS, headers: { 'X-A': 'a\nb' } }, /headers\.X-A: .*printable/],
    [{ address: ADDRESS, queryParameters: { query: 'a' } }, /queryParameters\.query/],
    [
      { address: ADDRESS, timeout: '11m' },
      /timeout: received "11m" \(it is above 10m\); expected a duration from 100ms to 10m/,
    ],
    [{ address: ADDRESS, timeout: 10 }, /timeout: received 10; expected a duration/],
    [{ address: ADDRESS, resolution: '500ms' }, /resolution: received "500ms" \(it is not whole seconds\)/],
    [{ address: ADDRESS, resolution: '0s' }, /resolution: .*\(it is below 1s\)/],
    [{ address: ADDRESS, concurrency: 0 }, /concurrency: /],
  ] as [object, RegExp][])
    it(`refuses ${JSON.stringify(source)}`, () => {
      assert.match(messages(source).join('\n'), message);
    });
});

describe('sourcesSchema', () => {
  it('is complete without a word of configuration', () => {
    assert.deepEqual(sourcesSchema.parse({}), { named: {}, allowedAddresses: [] });
  });

  it('refuses a default that no source has, and an address that is none', () => {
    for (const [config, path] of [
      [{ default: 'main' }, 'default'],
      [{ default: 'constructor' }, 'default'],
      [{ allowedAddresses: ['http://a', 'b'] }, 'allowedAddresses.1'],
      [{ named: { 'A b': { address: ADDRESS } } }, 'named.A b'],
    ] as const)
      assert.deepEqual(
        sourcesSchema.safeParse(config).error?.issues.map((issue) => issue.path.join('.')),
        [path],
      );
  });
});
