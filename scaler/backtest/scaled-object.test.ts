import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { testSetup } from '../../test/support/backtest/backtest.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import { readEvents } from '../calendar/event-text.js';
import { completeBehavior } from '../hpa/behavior.js';
import { parseTrigger } from '../trigger/parse.js';
import { scaledObjectYaml } from './scaled-object.js';

const trigger = testTrigger({ horizonSeconds: 900 });
const names = {
  workload: 'checkout',
  query: 'sum(rate(http_requests_total{app="checkout"}[2m])) > 0 # "quoted": yes',
  prometheusAddress: 'http://prometheus:9090',
};

function triggerOf(yaml: string) {
  const [external] = parse(yaml).spec.triggers;
  return parseTrigger({ name: 'checkout', namespace: 'default', scalerMetadata: external.metadata });
}

describe('scaledObjectYaml', () => {
  it('is a ScaledObject whose trigger the scaler reads as what was simulated', () => {
    const yaml = scaledObjectYaml(names, { ...trigger, timezone: 'Europe/Berlin' }, testSetup, 'predict');
    const { apiVersion, kind, metadata, spec } = parse(yaml);
    assert.deepEqual([apiVersion, kind, metadata.name], ['keda.sh/v1alpha1', 'ScaledObject', 'checkout']);
    assert.deepEqual([spec.minReplicaCount, spec.maxReplicaCount, spec.cooldownPeriod], [1, 100, 300]);
    const read = triggerOf(yaml);
    assert.equal(read.query, names.query);
    assert.equal(read.threshold, testSetup.targetPerReplica);
    for (const key of [
      'horizonSeconds',
      'historySeconds',
      'stepSeconds',
      'quantile',
      'mode',
      'seasonality',
    ] as const)
      assert.deepEqual(read[key], trigger[key]);
    assert.equal(read.timezone, 'Europe/Berlin');
    assert.deepEqual(read.notices, []);
  });

  it('names the scaler of the usual installation, or the one that it is told', () => {
    const addressIn = (more: object) =>
      parse(scaledObjectYaml({ ...names, ...more }, trigger, testSetup, 'predict')).spec.triggers[0].metadata
        .scalerAddress;
    assert.equal(addressIn({}), 'predictive-scaler.predictive-scaler:50051');
    assert.equal(addressIn({ scalerAddress: 'blue.keda:50051' }), 'blue.keda:50051');
  });

  for (const address of [
    'http://localhost:9090',
    'https://127.0.0.2/prom',
    'http://[::1]:9090',
    'http://ann:hush@0.0.0.0:1',
  ])
    it(`leaves ${address}, which the scaler cannot reach, out and says so`, () => {
      const yaml = scaledObjectYaml({ ...names, prometheusAddress: address }, trigger, testSetup, 'predict');
      assert.equal(parse(yaml).spec.triggers[0].metadata.prometheusAddress, undefined);
      assert.match(
        yaml,
        /^# ".*" is not this machine where the scaler runs, so .* default source is used; add/,
      );
      assert.doesNotMatch(yaml, /hush/);
    });

  it('says what else was simulated, and nothing that is so by default', () => {
    const simulated = testTrigger({
      ...trigger,
      calendars: ['shops'],
      ignoreNullValues: false,
      maxValue: 50,
    });
    const metadataOfYaml = (written: typeof trigger) =>
      Object.keys(parse(scaledObjectYaml(names, written, testSetup, 'predict')).spec.triggers[0].metadata);
    const usual = ['scalerAddress', 'prometheusAddress', 'query', 'threshold', 'predictHorizon'];
    const always = [...usual, 'historyTimeWindow', 'queryStep', 'quantile'];
    assert.deepEqual(metadataOfYaml(trigger), always);
    assert.deepEqual(metadataOfYaml(simulated), [...always, 'ignoreNullValues', 'maxValue', 'calendars']);
  });

  it('gives the start-up of pods that a target rests on in whole seconds, which is what the scaler reads', () => {
    const atTarget = { ...trigger, targetOverload: 0.01 };
    const startupOf = (startupSeconds: number) =>
      triggerOf(scaledObjectYaml(names, atTarget, { ...testSetup, startupSeconds }, 'predict'))
        .podStartupSeconds;
    assert.deepEqual([0, 1.5, 90].map(startupOf), [1, 2, 90]);
  });

  it('says of calendars, which a trigger can only name, where they belong', () => {
    const yaml = scaledObjectYaml(
      { ...names, calendars: ['BR', './launches.ics'] },
      trigger,
      testSetup,
      'predict',
    );
    assert.match(
      yaml,
      /^# Simulated with the calendars "BR", "\.\/launches\.ics": add them to the scaler's configuration, and list the names that they have there under calendars here\.$/m,
    );
    assert.doesNotMatch(scaledObjectYaml(names, trigger, testSetup, 'predict'), /Simulated with/);
  });

  it('polls only where the workload can sleep, since KEDA warns of it elsewhere', () => {
    const pollingWith = (setup: object) =>
      parse(scaledObjectYaml(names, trigger, { ...testSetup, ...setup }, 'predict')).spec.pollingInterval;
    assert.equal(pollingWith({}), undefined);
    assert.equal(pollingWith({ minReplicas: 0 }), testSetup.pollingSeconds);
    assert.equal(pollingWith({ minReplicas: 2, idleReplicas: 0 }), testSetup.pollingSeconds);
  });

  it('has only strings in the metadata, since KEDA refuses anything else', () => {
    const yaml = scaledObjectYaml(names, trigger, { ...testSetup, activationThreshold: 5 }, 'observe');
    const { metadata } = parse(yaml).spec.triggers[0];
    assert.deepEqual(new Set(Object.values(metadata).map((value) => typeof value)), new Set(['string']));
    assert.deepEqual([metadata.activationThreshold, metadata.mode], ['5', 'observe']);
  });

  it('multiplies query and thresholds that Kubernetes would round away', () => {
    const setup = { ...testSetup, targetPerReplica: 0.00234, activationThreshold: 0.001 };
    const yaml = scaledObjectYaml(names, trigger, setup, 'predict');
    const read = triggerOf(yaml);
    // A comment goes on to the end of its line.
    assert.equal(read.query, `1000 * (\n${names.query}\n)`);
    assert.deepEqual([read.threshold, read.activationThreshold], [2.34, 1]);
    assert.match(yaml, /^# Kubernetes keeps three decimals/);
  });

  it('multiplies what is in the unit of the query in events and bounds, and nothing else', () => {
    const setup = { ...testSetup, targetPerReplica: 0.01 };
    const events = readEvents('sale: 2026-11-27/P1D x3 floor=0.5 replicas=20; test: 2026-12-03/P1D no-learn');
    const query = 'sum(load)';
    const read = triggerOf(
      scaledObjectYaml({ ...names, query }, { ...trigger, events, maxValue: 2 }, setup, 'predict'),
    );
    assert.equal(read.query, '100 * (sum(load))');
    assert.equal(read.maxValue, 200);
    assert.deepEqual(
      read.events.map(({ effects }) => effects),
      [{ factor: 3, floor: 50, floorReplicas: 20, learn: false }, { learn: false }],
    );
  });

  it('carries the behavior, seasons and idle replicas that were simulated', () => {
    const behavior = completeBehavior({ scaleDown: { stabilizationWindowSeconds: 60, tolerance: 0.05 } });
    const yaml = scaledObjectYaml(
      { ...names, query: undefined },
      { ...trigger, seasonality: [86_400, 604_800] },
      { ...testSetup, behavior, idleReplicas: 0, minReplicas: 2 },
      'predict',
    );
    const { spec } = parse(yaml);
    assert.equal(spec.idleReplicaCount, 0);
    const { scaleDown, scaleUp } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
    assert.deepEqual(scaleDown, {
      stabilizationWindowSeconds: 60,
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      tolerance: '0.05',
    });
    assert.equal(scaleUp.policies.length, 2);
    assert.deepEqual(triggerOf(yaml).seasonality, [86_400, 604_800]);
    assert.match(yaml, /^# The load came from a file/);
  });
});
