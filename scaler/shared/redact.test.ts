import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cpuMilliseconds } from '../../test/support/cpu-time.js';
import { redact } from './redact.js';

describe('redact', () => {
  const secrets: readonly (readonly [string, string])[] = [
    ['http://ann:s3cret@prometheus:9090/x', 'http://(hidden)@prometheus:9090/x'],
    ['http://ann:p@ss@prometheus:9090', 'http://(hidden)@prometheus:9090'],
    ['sum(x{token="s3cret"})', 'sum(x{token="(hidden)"})'],
    ['sum(x{token=~"s3cr\\"et", app="a"})', 'sum(x{token=~"(hidden)", app="a"})'],
    ["sum(x{api_key='s3cret'})", "sum(x{api_key='(hidden)'})"],
    ['Authorization: Bearer abcdef123456', 'Authorization: (hidden) (hidden)'],
    ['{"apiKey":"s3cret","a":1}', '{"apiKey":"(hidden)","a":1}'],
    ['the query "sum(x{token=\\"s3cret\\"})" is wrong', 'the query "sum(x{token=\\"(hidden)\\" is wrong'],
    ['cut off: x{token="s3cre', 'cut off: x{token="(hidden)'],
    ['url=http://host/path?token=s3cret&a=b', 'url=http://host/path?token=(hidden)&a=b'],
    ['{a="token=s3cret"}', '{a="token=(hidden)"}'],
    ['sent with Bearer abcdef123456', 'sent with Bearer (hidden)'],
    ['?password=s3cret&dedup=true', '?password=(hidden)&dedup=true'],
    ['X-Auth-Token: s3cret', 'X-Auth-Token: (hidden)'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', '(hidden)'],
    ['key AKIAIOSFODNN7EXAMPLE here', 'key (hidden) here'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '(hidden)'],
  ];
  for (const [given, shown] of secrets)
    it(`hides what is secret in ${given.slice(0, 40)}`, () => {
      const redacted = redact(given);
      assert.equal(redacted, shown);
    });

  it('leaves queries and messages without secrets as they are', () => {
    for (const text of [
      'sum(rate(http_requests_total{app="shop", code!~"5.."}[2m])) by (job)',
      'sum(token_bucket_fill_level)',
      'sum by (passenger) (rides_total{key="a"})',
      'connect to http://prometheus.monitoring:9090/api/v1/query failed: ECONNREFUSED',
      'source "default"',
    ])
      assert.equal(redact(text), text);
  });

  it('takes any text, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof redact(text) === 'string'),
      { numRuns: 500 },
    );
    const words = [
      'token',
      'http://',
      '-token-.',
      'a.',
      'eyJ-',
      'a="\\"',
      'token="',
      'sk-',
      'bearer ',
      '://@',
      ' =',
    ];
    for (const hostile of words.map((word) => word.repeat(16_000 / word.length))) {
      const milliseconds = cpuMilliseconds(() => redact(hostile));
      assert.ok(milliseconds < 1000, `${milliseconds.toFixed(0)} ms for ${hostile.slice(0, 12)}`);
    }
  });
});
