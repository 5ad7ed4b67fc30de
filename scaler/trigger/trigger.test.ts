import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { cpuMilliseconds } from '../../test/support/cpu-time.js';
import { AddressAllowList } from '../prometheus/address-allow-list.js';
import { ScalerError } from '../shared/errors.js';
import { parseTrigger } from './parse.js';
import { withPodStartup } from './pod-startup.js';
import type { TriggerContext } from './source.js';
import type { Trigger, TriggerSource } from './trigger.js';

const minimal = { query: 'sum(rate(http_requests_total[2m]))', threshold: '100' };
const named = { default: { address: 'http://default' }, central: { address: 'https://mimir:443/' } };
const context: TriggerContext = { default: 'default', named };

function parse(metadata: Record<string, string>, within: TriggerContext = context): Trigger {
  return parseTrigger({ name: 'checkout', namespace: 'shop', scalerMetadata: metadata }, within);
}

/** The message of the ScalerError that the metadata brings about. */
function refusal(metadata: Record<string, string>, within: TriggerContext = context): string {
  try {
    parse(metadata, within);
  } catch (error) {
    assert.ok(error instanceof ScalerError, `expected a ScalerError, got ${error}`);
    assert.equal(error.kind, 'invalid');
    return error.message;
  }
  return assert.fail('the metadata was accepted');
}

function addressSource(trigger: Trigger): Extract<TriggerSource, { kind: 'address' }> {
  assert.equal(trigger.source.kind, 'address');
  return trigger.source as Extract<TriggerSource, { kind: 'address' }>;
}

const address = { prometheusAddress: 'http://prometheus:9090' };

describe('parseTrigger', () => {
  it('fills in every default', () => {
    const { metricName, ...rest } = parse(minimal);
    assert.match(metricName, /^predictive-[0-9a-f]{10}$/);
    assert.deepEqual(rest, {
      scaledObject: 'checkout',
      namespace: 'shop',
      query: 'sum(rate(http_requests_total[2m]))',
      threshold: 100,
      activationThreshold: 0,
      source: { kind: 'named', name: 'default' },
      targetOverload: undefined,
      capacity: 100,
      podStartupSeconds: 900,
      measuresPodStartup: false,
      horizonFollows: false,
      horizonSeconds: 900,
      historySeconds: 1_209_600,
      stepSeconds: 300,
      quantile: 0.9,
      mode: 'predict',
      seasonality: 'auto',
      timezone: 'UTC',
      minValue: undefined,
      maxValue: undefined,
      ignoreNullValues: true,
      bootstrap: undefined,
      calendars: [],
      events: [],
      notices: [],
    });
  });

  it('reads every key of its own', () => {
    const trigger = parse({
      query: ' up ',
      threshold: '100.50',
      activationThreshold: '5.5',
      source: 'central',
      targetOverload: '1%',
      capacity: '140',
      podStartup: '3m',
      predictionHorizon: '20m',
      historyTimeWindow: '4w',
      queryStep: '2m',
      metricName: 'checkout-load',
      mode: 'observe',
      seasonality: '7d, 1d',
      timezone: 'Europe/Berlin',
      minValue: '200',
      maxValue: '5e3',
      ignoreNullValues: 'false',
    });
    assert.deepEqual(trigger, {
      scaledObject: 'checkout',
      namespace: 'shop',
      metricName: 'checkout-load',
      query: 'up',
      threshold: 100.5,
      activationThreshold: 5.5,
      source: { kind: 'named', name: 'central' },
      targetOverload: 0.01,
      capacity: 140,
      podStartupSeconds: 180,
      measuresPodStartup: false,
      horizonFollows: false,
      horizonSeconds: 1200,
      historySeconds: 2_419_200,
      stepSeconds: 120,
      quantile: 0.9,
      mode: 'observe',
      seasonality: [86_400, 604_800],
      timezone: 'Europe/Berlin',
      minValue: 200,
      maxValue: 5000,
      ignoreNullValues: false,
      bootstrap: undefined,
      calendars: [],
      events: [],
      notices: [],
    });
  });

  it('gives a trigger that cannot be changed', () => {
    const trigger = parse({ ...minimal, ...address, customHeaders: 'A=b', seasonality: '1d' });
    const source = addressSource(trigger);
    const lists = [trigger.seasonality, trigger.calendars, trigger.events];
    for (const held of [trigger, source, source.headers, source.queryParameters, ...lists])
      assert.ok(Object.isFrozen(held));
    assert.ok(Object.isFrozen(trigger.notices));
  });

  // The metadata of the example in KEDA's documentation of the trigger, apiKey as a TriggerAuthentication may name it.
  it("takes a predictkube trigger's metadata unchanged", () => {
    const trigger = parse({
      scalerAddress: 'predictive-scaler.keda:50051',
      predictHorizon: '2h',
      historyTimeWindow: '7d',
      prometheusAddress: 'http://prometheus-operated.monitoring:9090/',
      query: 'sum(rate(http_requests_total{deployment="my-deployment"}[2m]))',
      queryStep: '2m',
      threshold: '100.50',
      activationThreshold: '50.1',
      authModes: 'bearer',
      apiKey: 'a-secret',
    });
    assert.equal(trigger.horizonSeconds, 7200);
    assert.equal(trigger.historySeconds, 604_800);
    assert.equal(trigger.stepSeconds, 120);
    assert.equal(trigger.threshold, 100.5);
    assert.equal(trigger.activationThreshold, 50.1);
    assert.equal(addressSource(trigger).address, 'http://prometheus-operated.monitoring:9090');
    assert.deepEqual(trigger.notices, [
      'key "apiKey" has no effect: it belongs to the PredictKube service, which is not used',
      'key "historyTimeWindow" is 1w, so that no weekly season can be learned: that needs 8d or more; "seasonality" names the seasons that are wanted, such as 1d or none',
      '"authModes" has "bearer" but no "bearerToken" arrived: KEDA keeps a TriggerAuthentication to itself; use "bearerTokenFromEnv" or a named source',
    ]);
  });

  // The metadata of the example in KEDA's documentation of the trigger.
  it("takes a prometheus trigger's metadata unchanged", () => {
    const trigger = parse({
      serverAddress: 'https://thanos:9090',
      query: 'up',
      threshold: '100.50',
      activationThreshold: '5.5',
      namespace: 'example-namespace',
      customHeaders: 'X-Client-Id=cid,X-Tenant-Id=tid,X-Organization-Id=a=b',
      cortexOrgID: 'my-org',
      ignoreNullValues: 'false',
      queryParameters: 'key-1=value-1,key-2=value-2',
      unsafeSsl: 'true',
    });
    assert.equal(trigger.notices.length, 1);
    assert.match(
      trigger.notices[0]!,
      /^key "unsafeSsl" is about KEDA's own connection .* "prometheusAddress" is still checked.* "tls\.caFile"$/,
    );
    assert.deepEqual(trigger.source, {
      kind: 'address',
      address: 'https://thanos:9090',
      headers: {
        'x-client-id': 'cid',
        'x-organization-id': 'a=b',
        'x-scope-orgid': 'my-org',
        'x-tenant-id': 'tid',
      },
      queryParameters: { 'key-1': 'value-1', 'key-2': 'value-2', namespace: 'example-namespace' },
    });
  });

  it('counts an empty value as none, as KEDA does', () => {
    assert.equal(parse({ ...minimal, quantile: ' ', minValue: '' }).quantile, 0.9);
    assert.match(refusal({ ...minimal, query: '' }), /key "query" is missing/);
  });

  it("accepts KEDA's own keys without a notice", () => {
    const { notices } = parse({
      ...minimal,
      scalerAddress: 'scaler:50051',
      enableTLS: 'true',
      unsafeSsl: 'true',
      caCert: 'x',
      tlsCertFile: 'x',
      tlsClientCert: 'x',
      tlsClientKey: 'x',
    });
    assert.deepEqual(notices, []);
  });

  it('accepts unknown keys and says so, with the key that was meant', () => {
    const { notices, quantile } = parse({
      ...minimal,
      quantille: '0.99',
      colour: 'red',
      metricType: 'Value',
    });
    assert.equal(quantile, 0.9);
    assert.deepEqual(notices, [
      'key "metricType" has no effect: it stands beside "metadata" in a trigger, not inside',
      'key "quantille" is not known and has no effect; did you mean "quantile"?',
      'key "colour" is not known and has no effect',
    ]);
  });

  it('says so when the steps are coarse for the horizon, and which step would not be', () => {
    const { notices } = parse({ ...minimal, queryStep: '15m', predictHorizon: '15m' });
    assert.match(notices.join(), /"predictHorizon" is 15m at a queryStep of 15m: .* up to 15m further ahead/);
    assert.match(notices.join(), /a queryStep of 5m or less/);
    assert.deepEqual(parse({ ...minimal, queryStep: '5m', predictHorizon: '15m' }).notices, []);
  });

  describe('keys that KEDA resolved from the environment', () => {
    it('count as the key without the ending', () => {
      const trigger = parse({
        query: 'up',
        thresholdFromEnv: '7',
        serverAddressFromEnv: 'http://p:1',
        authModes: 'bearer',
        bearerTokenFromEnv: 'hush',
      });
      assert.equal(trigger.threshold, 7);
      assert.equal(addressSource(trigger).address, 'http://p:1');
      assert.equal(addressSource(trigger).headers.authorization, 'Bearer hush');
      assert.deepEqual(trigger.notices, []);
    });

    it('are not repeated in messages, whatever the key', () => {
      assert.equal(
        refusal({ query: 'up', thresholdFromEnv: 'hush' }),
        'trigger metadata of ScaledObject "shop/checkout": key "thresholdFromEnv" received a hidden value from the environment; expected a number from 0.001 to 1e15, such as 100',
      );
      assert.equal(
        refusal(
          { query: 'up', threshold: '1', sourceFromEnv: 'hush' },
          { named: { 'hush-hush': { address: 'http://a' } } },
        ),
        'trigger metadata of ScaledObject "shop/checkout": key "sourceFromEnv" received a hidden value from the environment, which is no source of the scaler\'s configuration',
      );
    });
  });

  describe('wrong values', () => {
    // Each message names the key, the value received and the accepted form; the ScaledObject is checked below.
    const cases: [string, Record<string, string>, RegExp][] = [
      [
        'no query',
        { query: '' },
        /key "query" is missing; expected PromQL that gives one series, such as sum\(/,
      ],
      [
        'a misspelled required key',
        { threshold: '', treshold: '100' },
        /key "threshold" is missing; expected .*; key "treshold" is not known: did you mean "threshold"\?$/,
      ],
      ['no threshold', { threshold: '' }, /key "threshold" is missing; expected a number from 0\.001/],
      ['a threshold in words', { threshold: 'many' }, /key "threshold" received "many"; expected a number/],
      [
        'a threshold of nothing',
        { threshold: '0' },
        /key "threshold" received "0"; expected a number from 0\.001/,
      ],
      ['a negative threshold', { threshold: '-5' }, /key "threshold" received "-5"/],
      ['a threshold without end', { threshold: '1e999' }, /key "threshold" received "1e999"/],
      ['a threshold that is no number', { threshold: 'NaN' }, /key "threshold" received "NaN"/],
      [
        'a quantile of one',
        { quantile: '1' },
        /key "quantile" received "1"; expected a number between 0 and 1/,
      ],
      ['a quantile in percent', { quantile: '90%' }, /key "quantile" received "90%"/],
      [
        'an unknown mode',
        { mode: 'dry-run' },
        /key "mode" received "dry-run"; expected `predict` or `observe`/,
      ],
      [
        'a mode of authentication that is none',
        { ...address, authModes: 'basic, foo' },
        /key "authModes" received "basic, foo" \("foo" is none of them\); expected `basic`, `bearer` or `custom`, or several with commas between them, such as bearer$/,
      ],
      [
        'an event that multiplies by nothing',
        { events: 'Launch: 2026-11-27/P1D x0' },
        /\(event 1, "Launch: 2026-11-27\/P1D x0": "x0": expected a number above 0 and up to 1000\); expected /,
      ],
      ['a flag in words', { ignoreNullValues: 'yes' }, /key "ignoreNullValues" received "yes"/],
      ['a zone that is none', { timezone: 'Mars/Olympus' }, /key "timezone" received "Mars\/Olympus"/],
      ['an offset for a zone', { timezone: '+02:00' }, /key "timezone" received "\+02:00"/],
      [
        'a step that is too short',
        { queryStep: '1s' },
        /"1s" \(it is below 5s\); expected a duration of whole seconds from 5s to 1d, such as 5m$/,
      ],
      [
        'a duration without unit',
        { queryStep: '300' },
        /key "queryStep" received "300" \(it is not a duration/,
      ],
      ['a step of part of a second', { queryStep: '7500ms' }, /\(it is not whole seconds\)/],
      ['a step that is too short', { queryStep: '1s' }, /key "queryStep" received "1s" \(it is below 5s\)/],
      ['a step that is too long', { queryStep: '2d' }, /\(it is above 1d\)/],
      [
        'a horizon below the step, by its other name',
        { predictionHorizon: '1m' },
        /key "predictHorizon" is 1m, shorter than one queryStep of 5m/,
      ],
      ['a horizon that is too long', { predictHorizon: '8d' }, /\(it is above 1w\)/],
      [
        'too many steps of horizon',
        { predictHorizon: '7d', queryStep: '1m', historyTimeWindow: '31d' },
        /key "predictHorizon" is 1w, which is 10080 steps of 1m; at most 2016/,
      ],
      [
        'history without end',
        { historyTimeWindow: '5y' },
        /key "historyTimeWindow" received "5y" \(it is above 92d\)/,
      ],
      [
        'history below 12 steps',
        { historyTimeWindow: '50m' },
        /is 50m, .*expected 1h or more: 12 steps of 5m/,
      ],
      [
        'history of two horizons, which the steps around them do not fit into',
        { historyTimeWindow: '2h', predictHorizon: '1h' },
        /key "historyTimeWindow" is 2h, from which nothing can be forecast; expected 2h10m or more/,
      ],
      [
        'a horizon that the default history cannot serve',
        { predictHorizon: '7d' },
        /key "historyTimeWindow" is 2w by default, from which nothing .* expected 14d10m or more/,
      ],
      [
        'a season that two horizons leave no room for',
        { seasonality: '1d', historyTimeWindow: '2d', predictHorizon: '12h' },
        /key "seasonality" has 1d, which needs a historyTimeWindow of 2d10m or more; that is 2d$/,
      ],
      [
        'too many steps of history by default',
        { queryStep: '10s' },
        /key "historyTimeWindow" is 2w by default, which is 120960 steps of 10s; at most 45000: .* 5d5h/,
      ],
      [
        'a season off the grid',
        { seasonality: '7m' },
        /key "seasonality" has 7m; expected multiples of the queryStep/,
      ],
      [
        'a season longer than half the history',
        { seasonality: '1d,14d' },
        /has 2w, which needs a historyTimeWindow of 4w or more; that is 2w by default$/,
      ],
      ['a season that is no duration', { seasonality: 'daily' }, /key "seasonality" received "daily"/],
      ['many seasons', { seasonality: '1h,2h,3h,4h,5h' }, /\(it has 5 lengths; at most 4\)/],
      [
        'an overload without the sign',
        { targetOverload: '0.01' },
        /key "targetOverload" received "0.01" \(the % sign is missing\); expected a percentage .* such as 1%/,
      ],
      ['no overload at all', { targetOverload: '0%' }, /received "0%" \(it must be above 0%\)/],
      ['a great overload', { targetOverload: '21%' }, /received "21%" \(it is above 20%\)/],
      ['an overload in words', { targetOverload: 'little%' }, /key "targetOverload" received "little%"; exp/],
      [
        'a capacity that the threshold passes',
        { targetOverload: '1%', capacity: '80' },
        /key "capacity" is 80, below the threshold of 100: every replica would be overloaded/,
      ],
      [
        'pods that are ready too late',
        { targetOverload: '1%', podStartup: '20m' },
        /key "podStartup" is 20m, longer than the predictHorizon of 15m: .* set it to auto/,
      ],
      [
        'a start-up that is none',
        { podStartup: 'soon' },
        /key "podStartup" received "soon" \(it is not a dur/,
      ],
      [
        'a horizon that follows from too long a start-up',
        { predictHorizon: 'auto', podStartup: '12h', historyTimeWindow: '1d', seasonality: 'none' },
        /key "historyTimeWindow" is 1d, from which nothing can be forecast/,
      ],
      ['crossed bounds', { minValue: '10', maxValue: '5' }, /key "minValue" is 10, above the maxValue of 5/],
      [
        'a name of signs only',
        { metricName: '!!!' },
        /key "metricName" received "!!!"; expected a name with/,
      ],
      [
        'an unknown source',
        { source: 'centrl' },
        /no source of the scaler's configuration; did you mean "central"/,
      ],
      ['source and address', { source: 'central', ...address }, /"source" stands beside "prometheusAddress"/],
      ['two addresses', { ...address, serverAddress: 'http://b' }, /mean the same and have different values/],
      [
        'an address without scheme',
        { prometheusAddress: 'p:9090' },
        /received "p:9090" \(it is neither http nor/,
      ],
      ['an address that is none', { prometheusAddress: 'http://<host>' }, /\(it is not an address\)/],
      ['headers for a named source', { customHeaders: 'A=b' }, /"customHeaders" needs "prometheusAddress"/],
      ['a broken pair', { ...address, customHeaders: 'a=b,hush' }, /\(pair 2 is not name=value\)/],
      [
        'a header of the connection',
        { ...address, customHeaders: 'Host=x' },
        /header "Host": this header is set by the client itself/,
      ],
      [
        'a header name with a space',
        { ...address, customHeaders: 'X Y=x' },
        /a header name has no spaces or separators/,
      ],
      [
        'a header with a line break',
        { ...address, customHeaders: 'X=a\r\nY: b' },
        /header "X": a header value has only printable/,
      ],
      ['a header twice', { ...address, customHeaders: 'A=b,a=c' }, /has header "a" twice/],
      [
        "the scaler's own parameter",
        { ...address, queryParameters: 'query=up' },
        /parameter "query": this parameter is set by the client/,
      ],
    ];
    for (const [name, wrong, message] of cases)
      it(`are refused: ${name}`, () => {
        const told = refusal({ ...minimal, ...wrong });
        assert.match(told, message);
        assert.match(told, /^trigger metadata of ScaledObject "shop\/checkout": /);
        assert.ok(!told.includes('\n'));
      });

    it('are reported together, five at most', () => {
      const told = refusal({
        threshold: 'a',
        quantile: 'b',
        mode: 'c',
        timezone: 'd',
        minValue: 'e',
        maxValue: 'f',
      });
      assert.equal(told.match(/key "/g)?.length, 5);
      assert.match(told, /; and 2 more$/);
    });

    it('without any source say where to set one', () => {
      assert.match(refusal(minimal, {}), /SCALER_PROMETHEUS_ADDRESS/);
    });

    it('of the ScaledObject itself are refused', () => {
      for (const name of ['', 'Upper', 'a\nb', 'a'.repeat(300)])
        assert.throws(
          () => parseTrigger({ name, namespace: 'shop', scalerMetadata: minimal }, context),
          /the name of the ScaledObject is ".*expected a Kubernetes name/,
        );
    });
  });

  describe('hostile metadata', () => {
    /** The refusal, and the quickest of several, because the first ones compile and collect garbage. */
    const timed = (metadata: Record<string, string>): [string, number] => {
      const milliseconds = Array.from({ length: 10 }, () => cpuMilliseconds(() => refusal(metadata)));
      return [refusal(metadata), Math.min(...milliseconds)];
    };

    it('with 10,000 keys is refused at once', () => {
      const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key${i}`, 'x']));
      const [told, milliseconds] = timed({ ...minimal, ...keys });
      assert.match(told, /it has 10002 keys; at most 100 are accepted/);
      assert.ok(milliseconds < 50, `took ${milliseconds} ms`);
    });

    it('with a query of 5 MB is refused at once, and not repeated', () => {
      const [told, milliseconds] = timed({ ...minimal, query: 'x'.repeat(5 * 2 ** 20) });
      assert.match(told, /key "query" is 5242880 characters long; at most 16384 are accepted/);
      assert.ok(told.length < 200);
      assert.ok(milliseconds < 50, `took ${milliseconds} ms`);
    });

    it('with thousands of pairs in one value is refused at once', () => {
      const [told, milliseconds] = timed({ ...minimal, ...address, customHeaders: 'a=,'.repeat(5000) });
      assert.match(told, /key "customHeaders" received a hidden value \(it has 5001 pairs; at most 32\)/);
      assert.ok(milliseconds < 50, `took ${milliseconds} ms`);
    });

    it('with names from the object prototype is nothing special', () => {
      // Parsed from JSON, "__proto__" is an ordinary own key, as it can be in a decoded protobuf map.
      const metadata = JSON.parse('{"__proto__":"x","constructor":"y","toString":"z"}');
      assert.deepEqual(parse({ ...metadata, ...minimal }).notices, [
        'key "__proto__" is not known and has no effect',
        'key "constructor" is not known and has no effect',
        'key "toString" is not known and has no effect',
      ]);
    });

    it('never ends in anything but a trigger or a ScalerError', () => {
      const key = fc.oneof(
        fc.constantFrom(
          'query',
          'threshold',
          'prometheusAddress',
          'customHeaders',
          'timezone',
          'seasonality',
        ),
        fc.constantFrom(
          'queryStep',
          'predictHorizon',
          'historyTimeWindow',
          'metricName',
          'authModes',
          'quantile',
        ),
        fc.string(),
      );
      const value = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('1d', '5m', '1', '0', '-1', 'http://a@b:1', 'a=b', 'basic'),
      );
      fc.assert(
        fc.property(fc.dictionary(key, value), (metadata) => {
          try {
            const trigger = parse({ ...minimal, ...metadata });
            assert.equal(trigger.horizonSeconds % trigger.stepSeconds, 0);
            assert.equal(trigger.historySeconds % trigger.stepSeconds, 0);
            assert.match(trigger.metricName, /^[a-z0-9]([a-z0-9-]{0,57}[a-z0-9])?$/);
          } catch (error) {
            if (!(error instanceof ScalerError)) throw error;
          }
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('secrets', () => {
    const secret = 'hush-hush';
    const cases: [string, Record<string, string>][] = [
      ['a password in an address', { prometheusAddress: `http://ann:${secret}@p:9090` }],
      ['a password in a broken address', { prometheusAddress: `http://ann:${secret}@<host>:9090` }],
      ['a token in the query of an address', { prometheusAddress: `http://p:9090?token=${secret}` }],
      ['a password with an @ in it', { prometheusAddress: `http://ann:x@${secret}@<host>` }],
      ['the value of a header', { ...address, customHeaders: `X-Key=${secret}` }],
      ['the value of a broken header', { ...address, customHeaders: `X-Key=${secret}\u0001` }],
      ['a pair without name', { ...address, customHeaders: secret }],
      ['the value of a parameter', { ...address, queryParameters: `key=${secret}` }],
      ['a bearer token', { ...address, authModes: 'bearer', bearerToken: secret }],
      ['a broken bearer token', { ...address, authModes: 'bearer', bearerToken: `${secret}\n${secret}` }],
      ['a user name', { ...address, authModes: 'basic', username: `${secret}:`, password: secret }],
      [
        'a custom header',
        { ...address, authModes: 'custom', customAuthHeader: 'X', customAuthValue: secret },
      ],
      ['an API key', { ...minimal, apiKey: secret }],
      ['an unknown key', { ...minimal, clientSecret: secret }],
    ];
    for (const [name, metadata] of cases)
      it(`do not show in messages, notices, JSON or dumps: ${name}`, () => {
        let shown: string;
        try {
          const { query: _query, ...trigger } = parse({ ...minimal, ...metadata });
          shown = JSON.stringify(trigger) + inspect(trigger, { depth: 9 }) + inspect(trigger.source);
        } catch (error) {
          assert.ok(error instanceof ScalerError);
          shown = error.message + inspect(error);
        }
        assert.ok(!shown.includes(secret), shown);
        assert.ok(!shown.includes(Buffer.from(`ann:${secret}`).toString('base64')), shown);
      });

    it('still reach the source', () => {
      // Oracle: printf 'ann:pa:ss' | base64
      const basic = parse({
        ...minimal,
        ...address,
        authModes: 'basic',
        username: 'ann',
        passwordFromEnv: 'pa:ss',
      });
      assert.equal(addressSource(basic).headers.authorization, 'Basic YW5uOnBhOnNz');
      const inAddress = parse({ ...minimal, prometheusAddress: 'http://ann:pa%3Ass@p:9090' });
      assert.equal(addressSource(inAddress).headers.authorization, 'Basic YW5uOnBhOnNz');
      assert.equal(addressSource(inAddress).address, 'http://p:9090');
      const custom = parse({
        ...minimal,
        ...address,
        authModes: 'custom',
        customAuthHeader: 'X-Auth',
        customAuthValueFromEnv: 'v',
      });
      assert.equal(addressSource(custom).headers['x-auth'], 'v');
    });

    it('of an address do not travel to a named source', () => {
      const trigger = parse({ ...minimal, authModes: 'bearer', bearerTokenFromEnv: secret });
      assert.deepEqual(trigger.source, { kind: 'named', name: 'default' });
      assert.match(
        trigger.notices.join(),
        /key "bearerToken" has no effect: the source "default" brings its own/,
      );
    });

    it('in clear metadata are pointed out', () => {
      const { notices } = parse({ ...minimal, ...address, authModes: 'bearer', bearerToken: secret });
      assert.match(notices.join(), /key "bearerToken" stands in the ScaledObject, where all/);
    });
  });

  describe('a source that is open to some namespaces', () => {
    const limited: TriggerContext = {
      ...context,
      named: { ...named, central: { ...named.central, namespaces: ['payments'] } },
    };
    const parseIn = (namespace: string, metadata: Record<string, string>) =>
      parseTrigger(
        { name: 'app', namespace, scalerMetadata: { query: 'up', threshold: '1', ...metadata } },
        limited,
      );

    it('serves those, and the others see that it does not', () => {
      assert.deepEqual(parseIn('payments', { source: 'central' }).source, { kind: 'named', name: 'central' });
      const tries: Record<string, string>[] = [{ source: 'central' }, { prometheusAddress: 'https://mimir' }];
      for (const metadata of tries)
        assert.throws(
          () => parseIn('shop', metadata),
          /source "central", which is not open to namespace "shop"/,
        );
      assert.equal(parseIn('shop', {}).source.kind, 'named');
    });
  });

  describe('calendars and events', () => {
    const withCalendars = (calendars: readonly string[]): TriggerContext => ({ ...context, calendars });
    const holidays = withCalendars(['de-holidays', 'launches']);

    it('are named, and given in words', () => {
      const trigger = parse(
        { ...minimal, calendars: 'de-holidays, launches', events: 'Black Friday: 2026-11-27/P1D x3' },
        holidays,
      );
      assert.deepEqual(trigger.calendars, ['de-holidays', 'launches']);
      assert.deepEqual(trigger.events, [
        {
          name: 'Black Friday',
          start: { seconds: Date.UTC(2026, 10, 27) / 1000, isLocal: true },
          end: { seconds: Date.UTC(2026, 10, 28) / 1000, isLocal: true },
          effects: { factor: 3, learn: false },
        },
      ]);
    });

    it('must be those of the configuration', () => {
      const named = (calendars: string, known: TriggerContext) => refusal({ ...minimal, calendars }, known);
      assert.match(
        named('de-holiday', holidays),
        /key "calendars" names "de-holiday", which is no calendar of the scaler's configuration; did you mean "de-holidays"\?$/,
      );
      assert.match(named('sales', holidays), /names "sales".*; known calendars: de-holidays, launches$/);
      assert.match(named('sales', withCalendars([])), /names "sales".*; known calendars: none$/);
      assert.match(named('Sales!', holidays), /key "calendars" received "Sales!" \(a name is lower case/);
    });

    it('without an end or an effect are refused with the accepted form', () => {
      assert.match(
        refusal({ ...minimal, events: '2026-11-27 x3' }),
        /key "events" received "2026-11-27 x3" \(event 1, .* has no end; .*\); expected `\[NAME: \]START\/DURATION EFFECT/,
      );
    });

    it('from the environment are not repeated', () => {
      const message = refusal({ ...minimal, eventsFromEnv: '2026-11-27 x3' });
      assert.match(message, /key "eventsFromEnv" received a hidden value from the environment; expected/);
      assert.doesNotMatch(message, /has no end/);
      const ofCalendars = refusal({ ...minimal, calendarsFromEnv: 'launches,hush' }, holidays);
      assert.match(
        ofCalendars,
        /key "calendarsFromEnv" received a hidden value from the environment, which names no calendar of the scaler's configuration/,
      );
      assert.doesNotMatch(ofCalendars, /hush/);
    });

    it('says when an event leaves nothing to learn from', () => {
      const noticesOf = (events: string) => parse({ ...minimal, historyTimeWindow: '14d', events }).notices;
      assert.match(
        noticesOf('sale: 2026-11-01/P14D x2')[0]!,
        /^key "events" has an event .* as long as "historyTimeWindow" \(2w\) .* lengthen "historyTimeWindow"/,
      );
      assert.deepEqual(noticesOf('sale: 2026-11-01/P14D learn; short: 2026-11-01/P13D x2'), []);
    });
  });

  describe('an address that the scaler may not ask', () => {
    const admit = (asked: string) => new AddressAllowList(['http://prometheus:9090']).admit(asked);
    const listed = { ...context, admit };

    it('is refused with the metadata, before an autoscaler is made of it', () => {
      assert.equal(parse({ ...minimal, ...address }, listed).source.kind, 'address');
      assert.match(
        refusal({ ...minimal, prometheusAddress: 'http://evil:9090' }, listed),
        /^trigger metadata of ScaledObject "shop\/checkout": key "prometheusAddress" cannot be used: http:\/\/evil:9090 is not on the list of addresses that triggers may use \(http:\/\/prometheus:9090\); use one of these/,
      );
    });

    it('is not repeated where it comes from the environment', () => {
      const told = refusal({ ...minimal, prometheusAddressFromEnv: 'http://hush-hush:9090' }, listed);
      assert.match(told, /"prometheusAddressFromEnv" .* from the environment, which is not on the list/);
      assert.doesNotMatch(told, /hush/);
    });

    it('may be that of a configured source, which is on no list', () => {
      const { source } = parse({ ...minimal, prometheusAddress: 'https://mimir' }, listed);
      assert.deepEqual(source, { kind: 'named', name: 'central' });
    });
  });

  describe('the address of a configured source', () => {
    const mimir = { ...minimal, prometheusAddress: 'https://mimir/' };

    it('means that source, with its credentials', () => {
      const trigger = parse({ ...mimir, authModes: 'bearer', apiKey: 'x' });
      assert.deepEqual(trigger.source, { kind: 'named', name: 'central' });
      assert.equal(trigger.notices.length, 2);
    });

    for (const authModes of ['bearer', 'tls'])
      it(`says of "authModes: ${authModes}" that the source's credentials count`, () => {
        assert.deepEqual(parse({ ...mimir, authModes }).notices, [
          'key "authModes" has no effect: the address is that of the source "central", whose own credentials are used',
        ]);
      });

    it('means none where several have it', () => {
      const twice = { ...context, named: { ...named, other: { address: 'HTTPS://MIMIR' } } };
      assert.equal(parse(mimir, twice).source.kind, 'address');
    });

    it("is meant by a trigger with KEDA's own key for its connection to the scaler, too", () => {
      const { source, notices } = parse({ ...mimir, unsafeSsl: 'true' });
      assert.deepEqual(source, { kind: 'named', name: 'central' });
      assert.deepEqual(notices, []);
    });

    // With these the operator's credentials would go out together with what a user wrote.
    for (const [name, brought] of Object.entries<Record<string, string>>({
      'a header': { customHeaders: 'X-Scope-OrgID=other' },
      'a tenant': { cortexOrgID: 'other' },
      'a parameter': { queryParameters: 'tenant=other' },
      'a namespace': { namespace: 'other' },
      'a token': { authModes: 'bearer', bearerTokenFromEnv: 't' },
      'a user name in the address': { prometheusAddress: 'https://u:p@mimir' },
    }))
      it(`stays an address when the trigger brings ${name}`, () => {
        assert.equal(parse({ ...mimir, ...brought }).source.kind, 'address');
      });
  });

  describe('the grid', () => {
    it('rounds horizon and history up to whole steps and says so', () => {
      const trigger = parse({
        ...minimal,
        queryStep: '2m',
        predictHorizon: '15m',
        historyTimeWindow: '7h1m',
        seasonality: 'none',
      });
      assert.equal(trigger.horizonSeconds, 960);
      assert.equal(trigger.historySeconds, 25_320);
      assert.deepEqual(trigger.notices, [
        'key "predictHorizon" is used as 16m: whole steps of 2m',
        'key "historyTimeWindow" is used as 7h2m: whole steps of 2m',
      ]);
    });

    // By the rule of docs/forecasting.md: one and a half periods, or a period with two horizons and two steps.
    it('says which seasons cannot be learned, and what they need', () => {
      const noticesOf = (metadata: Record<string, string>) => parse({ ...minimal, ...metadata }).notices;
      assert.deepEqual(noticesOf({ historyTimeWindow: '252h' }), []);
      const both = noticesOf({ historyTimeWindow: '30h' });
      assert.equal(both.length, 2);
      assert.match(
        both[0]!,
        /^key "historyTimeWindow" is 1d6h, so that no daily season .* needs 1d12h or more/,
      );
      assert.match(both[1]!, /no weekly season .* needs 8d or more/);
      assert.match(
        noticesOf({ predictHorizon: '4d' }).join(),
        /is 2w by default, so that no weekly season .* needs 15d10m or more/,
      );
      for (const seasonality of ['none', '1d'])
        assert.deepEqual(noticesOf({ historyTimeWindow: '7d', seasonality }), []);
    });

    it('says when the largest value asks for one replica only', () => {
      const [notice] = parse({ ...minimal, maxValue: '100' }).notices;
      assert.match(notice!, /"maxValue" is 100, and one replica carries 100: no second replica is ever/);
      assert.deepEqual(parse({ ...minimal, maxValue: '101', minValue: '50' }).notices, []);
    });

    it('lengthens the default horizon to one step', () => {
      assert.equal(parse({ ...minimal, queryStep: '1h' }).horizonSeconds, 3600);
    });

    it('says when a day is not whole steps', () => {
      assert.match(parse({ ...minimal, queryStep: '7m' }).notices.join(), /does not divide a day/);
    });
  });

  describe('the overload that is accepted', () => {
    const target = { ...minimal, targetOverload: '1%' };

    it('is a percentage, read as a share', () => {
      for (const [text, share] of [
        ['1%', 0.01],
        ['0.2 %', 0.002],
        ['.7%', 0.007],
        ['20%', 0.2],
      ] as const)
        assert.equal(parse({ ...minimal, targetOverload: text }).targetOverload, share);
    });

    it('lets a replica carry its threshold at most, and starts pods within the horizon, unless told more', () => {
      const { capacity, podStartupSeconds, notices } = parse({ ...target, predictHorizon: '20m' });
      assert.deepEqual([capacity, podStartupSeconds, notices], [100, 1200, []]);
      const told = parse({ ...target, capacity: '120', podStartup: '90s' });
      assert.deepEqual([told.capacity, told.podStartupSeconds, told.notices], [120, 90, []]);
    });

    it('says that a quantile beside it holds for the first days only', () => {
      const { quantile, notices } = parse({ ...target, quantile: '0.95' });
      assert.equal(quantile, 0.95);
      assert.equal(notices.length, 1);
      assert.match(notices[0]!, /^key "quantile" holds only until there are three days of history/);
    });

    it('says when the history is too short to choose from', () => {
      const noticesOf = (historyTimeWindow: string) =>
        parse({ ...target, seasonality: '1d', historyTimeWindow }).notices;
      assert.deepEqual(noticesOf('3d'), []);
      assert.equal(noticesOf('2d').length, 1);
      assert.match(
        noticesOf('2d')[0]!,
        /"historyTimeWindow" is 2d, from which nothing can be chosen .* needs 3d/,
      );
    });

    it('is what capacity and podStartup are for, which say so without it', () => {
      const { notices } = parse({ ...minimal, capacity: '120', podStartup: '90s' });
      assert.deepEqual(notices, [
        'key "podStartup" has no effect without "targetOverload" or "predictHorizon: auto"',
        'key "capacity" has no effect without "targetOverload"',
      ]);
    });

    it('has the start-up of pods measured, which takes an expensive query, only where it has an effect', () => {
      const isMeasured = (more: Record<string, string>) =>
        parse({ ...minimal, podStartup: 'auto', ...more }).measuresPodStartup;
      assert.deepEqual([isMeasured({}), isMeasured({ predictHorizon: '20m' })], [false, false]);
      assert.deepEqual(
        [isMeasured({ targetOverload: '1%' }), isMeasured({ predictHorizon: 'auto' })],
        [true, true],
      );
    });

    it('leaves a trigger without it as it was', () => {
      const { quantile, horizonSeconds, targetOverload, notices } = parse({ ...minimal, quantile: '0.95' });
      assert.deepEqual([quantile, horizonSeconds, targetOverload, notices], [0.95, 900, undefined, []]);
    });
  });

  describe('a horizon that follows from the start-up of pods', () => {
    // 15 s until the HPA's next sync and 30 s until KEDA's next poll come on top: their defaults.
    it('is that time and 45 s, in whole steps', () => {
      const horizonOf = (podStartup: string, queryStep: string) =>
        parse({ ...minimal, predictHorizon: 'auto', podStartup, queryStep, historyTimeWindow: '7d' })
          .horizonSeconds;
      assert.equal(horizonOf('90s', '1m'), 180);
      assert.equal(horizonOf('75s', '1m'), 120);
      assert.equal(horizonOf('76s', '1m'), 180);
      assert.equal(horizonOf('20m', '5m'), 1500);
    });

    it('is the default until the start-up is measured, which is the default then', () => {
      for (const metadata of [{}, { podStartup: 'auto' }] as Record<string, string>[]) {
        const trigger = parse({ ...minimal, predictHorizon: 'auto', ...metadata });
        assert.ok(trigger.measuresPodStartup && trigger.horizonFollows);
        assert.deepEqual([trigger.horizonSeconds, trigger.podStartupSeconds], [900, 900]);
        const measured = withPodStartup(trigger, 400);
        assert.deepEqual([measured.horizonSeconds, measured.podStartupSeconds], [600, 400]);
        assert.equal(measured.metricName, trigger.metricName);
      }
    });

    it('is never longer than the history can serve', () => {
      // Twelve hours of history serve horizons of half of that, less a step.
      const short = { ...minimal, historyTimeWindow: '12h', seasonality: 'none', predictHorizon: 'auto' };
      const measured = withPodStartup(parse(short), 86_400);
      assert.deepEqual([measured.horizonSeconds, measured.podStartupSeconds], [21_300, 21_300]);
      assert.deepEqual(parse({ ...short, predictHorizon: '21300s' }).horizonSeconds, measured.horizonSeconds);
    });

    it('stays where the horizon is given', () => {
      const trigger = parse({ ...minimal, targetOverload: '1%', podStartup: 'auto', predictHorizon: '10m' });
      assert.ok(trigger.measuresPodStartup && !trigger.horizonFollows);
      assert.deepEqual(withPodStartup(trigger, 120).horizonSeconds, 600);
      assert.deepEqual(withPodStartup(trigger, 120).podStartupSeconds, 120);
      assert.deepEqual(withPodStartup(trigger, 3600).podStartupSeconds, 600);
    });
  });

  describe('the metric name', () => {
    // Oracle: printf '%s' '[["query","up"],...]' | sha256sum | cut -c1-10, the keys in order. A release that changes one
    // of these renames the metric of every ScaledObject without a metricName.
    const pinned: [metadata: Record<string, string>, hash: string][] = [
      [minimal, '25a4d1c88a'],
      [
        {
          scalerAddress: 'predictive-scaler.keda:50051',
          predictHorizon: '2h',
          historyTimeWindow: '7d',
          prometheusAddress: 'http://ann:secret@p:9090',
          query: 'up',
          queryStep: '2m',
          threshold: ' 100.50 ',
          minValue: '',
          apiKey: 'a-secret',
          unsafeSsl: 'true',
        },
        '09182f57d6',
      ],
      [
        {
          prometheusAddress: 'http://p:9090',
          customHeaders: 'X-Scope-OrgID=a,Authorization=Bearer secret',
          colour: 'red',
          query: 'up',
          threshold: '1',
          usernameFromEnv: 'ann',
        },
        '96113264b3',
      ],
    ];
    for (const [metadata, hash] of pinned)
      it(`is predictive-${hash} in every release and with every configuration`, () => {
        const contexts = [context, { default: 'renamed', named: { p: { address: 'http://p:9090' } } }];
        for (const within of contexts) assert.equal(parse(metadata, within).metricName, `predictive-${hash}`);
      });

    it('is derived from the settings: the same for the same, different for any other', () => {
      const variants: Record<string, string>[] = [
        {},
        { query: 'other' },
        { threshold: '101' },
        { activationThreshold: '1' },
        { source: 'central' },
        { ...address },
        { ...address, customHeaders: 'X-Scope-OrgID=a' },
        { ...address, customHeaders: 'X-Scope-OrgID=b' },
        { ...address, queryParameters: 'tenant=a' },
        { predictHorizon: '20m' },
        { historyTimeWindow: '7d' },
        { queryStep: '10m' },
        { quantile: '0.95' },
        { targetOverload: '1%' },
        { targetOverload: '1%', capacity: '120' },
        { targetOverload: '1%', podStartup: '1m' },
        { predictHorizon: 'auto' },
        { mode: 'observe' },
        { seasonality: '1d' },
        { timezone: 'Europe/Berlin' },
        { minValue: '1' },
        { maxValue: '1' },
        { ignoreNullValues: 'false' },
      ];
      const names = variants.map((variant) => parse({ ...minimal, ...variant }).metricName);
      assert.equal(new Set(names).size, variants.length);
      assert.deepEqual(
        variants.map(
          (variant) => parse({ ...variant, ...minimal, ...variant, scalerAddress: 'a:1' }).metricName,
        ),
        names,
      );
    });

    it('does not depend on a password', () => {
      const withToken = (token: string) =>
        parse({ ...minimal, ...address, authModes: 'bearer', bearerTokenFromEnv: token }).metricName;
      assert.equal(withToken('a'), withToken('b'));
    });

    const given: [string, string][] = [
      ['checkout', 'checkout'],
      ['HTTP_requests:rate5m', 'http-requests-rate5m'],
      ['--a--', 'a'],
      // Oracle: printf '%s' "$(printf 'x%.0s' $(seq 70))" | sha256sum | cut -c1-10
      ['x'.repeat(70), `${'x'.repeat(48)}-c71bd10922`],
    ];
    for (const [name, expected] of given)
      it(`given as ${name} is used as ${expected}`, () => {
        const trigger = parse({ ...minimal, metricName: name });
        assert.equal(trigger.metricName, expected);
        assert.equal(trigger.notices.length, name === expected ? 0 : 1);
      });
  });
});
