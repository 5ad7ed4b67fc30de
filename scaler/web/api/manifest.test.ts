import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { testTrigger } from '../../../test/support/test-trigger.js';
import { metadataOf } from '../../trigger/metadata.js';
import { parseTrigger } from '../../trigger/parse.js';
import type { Trigger } from '../../trigger/trigger.js';
import { grpcurlCommand, manifestYaml } from './manifest.js';

const variants: readonly Partial<Trigger>[] = [
  {},
  { mode: 'observe', minValue: 5, maxValue: 5000, ignoreNullValues: false, quantile: 0.95 },
  { seasonality: [3600, 86_400], timezone: 'Europe/Berlin', stepSeconds: 60, historySeconds: 7 * 86_400 },
  { seasonality: [], threshold: 0.5, activationThreshold: 12.25 },
  {
    source: {
      kind: 'address',
      address: 'https://thanos.example/prometheus',
      headers: {},
      queryParameters: {},
    },
  },
];

describe('manifest', () => {
  for (const [index, overrides] of variants.entries())
    it(`reads back as the trigger it was written from (${index + 1} of ${variants.length})`, () => {
      const trigger = testTrigger(overrides);
      const [entry] = parse(manifestYaml(trigger, 'scaler:50051')).triggers;
      assert.equal(entry.type, 'external');
      assert.equal(entry.metadata.scalerAddress, 'scaler:50051');
      for (const value of Object.values(entry.metadata)) assert.equal(typeof value, 'string');
      const again = parseTrigger({
        name: trigger.scaledObject,
        namespace: trigger.namespace,
        scalerMetadata: entry.metadata,
      });
      assert.deepEqual(
        structuredClone({ ...again, notices: [] }),
        structuredClone({ ...trigger, notices: [] }),
      );
    });

  it('leaves headers, parameters and credentials out, and says so', () => {
    const trigger = testTrigger({
      source: {
        kind: 'address',
        address: 'http://prometheus:9090',
        headers: { authorization: 'Bearer s3cret' },
        queryParameters: { tenant: 's3cret' },
      },
    });
    const yaml = manifestYaml(trigger, 'scaler:50051');
    assert.match(yaml, /^# Headers, parameters and credentials are left out here/);
    assert.doesNotMatch(yaml + grpcurlCommand(trigger, { address: 'scaler:50051' }), /s3cret/);
  });

  it('asks what KEDA asks in a line that a shell takes as it is, whatever the names hold', () => {
    const trigger = testTrigger({
      scaledObject: 'it\'s $(reboot) `x` \\ "q"',
      query: 'sum(x{a="it\'s; rm -rf /"})\n or vector(0)',
    });
    const line = grpcurlCommand(trigger, { address: 'scaler:50051' }).replace(/^grpcurl/, "printf '%s\\0'");
    const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
    assert.deepEqual(words.slice(0, 2), ['-plaintext', '-d']);
    assert.deepEqual(JSON.parse(words[2]!), {
      scaledObjectRef: {
        name: trigger.scaledObject,
        namespace: trigger.namespace,
        scalerMetadata: metadataOf(trigger),
      },
      metricName: trigger.metricName,
    });
    assert.deepEqual(words.slice(3), ['scaler:50051', 'externalscaler.ExternalScaler/GetMetrics']);
  });
});
