import assert from 'node:assert/strict';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import { WEDNESDAY_SECONDS } from '../../test/support/workload-openmetrics.js';
import { overloadQuery, podStartupQuery } from './workload-queries.js';

const NOW = WEDNESDAY_SECONDS;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A pod's life as kube-state-metrics would have exported it. Times count back from `now`. */
interface Pod {
  readonly name: string;
  readonly owner: readonly [kind: string, name: string];
  readonly createdAgo: number;
  readonly endsAgo?: number;
  /** Seconds until it was ready; undefined for one that never was. */
  readonly startup: number | undefined;
  /** How long ago it lost its readiness for a minute. */
  readonly flapsAgo?: number;
  readonly namespace?: string;
}

const web = ['ReplicaSet', 'web-7d9'] as const;
const pods: readonly Pod[] = [
  // Ten pods of the Deployment that took 10, 20, ..., 100 s, over several days; most are gone by now.
  ...Array.from({ length: 10 }, (_, i): Pod => {
    const createdAgo = 6 * DAY - i * 12 * HOUR;
    return {
      name: `web-${i}`,
      owner: web,
      createdAgo,
      endsAgo: createdAgo - 4 * HOUR,
      startup: 10 * (i + 1),
    };
  }),
  { name: 'web-flaps', owner: web, createdAgo: 20 * DAY, startup: 50, flapsAgo: 2 * DAY },
  { name: 'web-broken', owner: web, createdAgo: 5 * HOUR, startup: undefined },
  { name: 'other-1', owner: ['ReplicaSet', 'other-5c4'], createdAgo: 10 * HOUR, startup: 700 },
  { name: 'db-0', owner: ['StatefulSet', 'db'], createdAgo: 30 * HOUR, endsAgo: 20 * HOUR, startup: 240 },
  { name: 'db-0', owner: ['StatefulSet', 'db'], createdAgo: 20 * HOUR, startup: 260 },
  { name: 'web-0', owner: web, createdAgo: 9 * HOUR, startup: 5000, namespace: 'another' },
];

/** Samples every five minutes, as often as lookback needs them. */
function* series(
  name: string,
  labels: string,
  from: number,
  to: number,
  value: (at: number) => number | undefined,
) {
  for (let at = Math.ceil(from / 300) * 300; at < to; at += 300) {
    const v = value(at);
    if (v !== undefined) yield [name, `${name}{${labels}} ${v} ${at}\n`] as const;
  }
}

function* samples() {
  const week = NOW - 8 * DAY;
  for (const [i, pod] of pods.entries()) {
    const { name, owner, createdAgo, endsAgo = 0, startup, flapsAgo, namespace = 'shop' } = pod;
    const created = NOW - createdAgo;
    const [from, to] = [Math.max(week, created), NOW - endsAgo];
    const labels = `namespace="${namespace}",pod="${name}",uid="u${i}"`;
    const flap = flapsAgo === undefined ? Number.POSITIVE_INFINITY : NOW - flapsAgo;
    const readyAt = (at: number) => (at >= flap ? flap + 60 : created + (startup ?? 3));
    const isReady = (at: number) => startup !== undefined && at >= readyAt(at);
    yield* series('kube_pod_created', labels, from, to, () => created);
    // As older releases have it: also for a pod that is not ready, with the time of its creation or so.
    yield* series('kube_pod_status_ready_time', labels, from, to, (at) =>
      isReady(at) ? readyAt(at) : created + 3,
    );
    yield* series('kube_pod_status_ready', `${labels},condition="true"`, from, to, (at) =>
      Number(isReady(at)),
    );
    yield* series(
      'kube_pod_owner',
      `${labels},owner_kind="${owner[0]}",owner_name="${owner[1]}",owner_is_controller="true"`,
      from,
      to,
      () => 1,
    );
  }
  for (const [namespace, set, deployment] of [
    ['shop', 'web-7d9', 'web'],
    ['shop', 'other-5c4', 'other'],
    ['another', 'web-7d9', 'web'],
  ])
    yield* series(
      'kube_replicaset_owner',
      `namespace="${namespace}",replicaset="${set}",owner_kind="Deployment",owner_name="${deployment}"`,
      week,
      NOW,
      () => 1,
    );
  for (const [hpa, kind, name, metric] of [
    ['keda-hpa-web', 'Deployment', 'web', 's0-load'],
    ['database', 'StatefulSet', 'db', 's1-queue-length'],
    ['twin-a', 'Deployment', 'web', 's0-twin'],
    ['twin-b', 'Deployment', 'other', 's0-twin'],
  ]) {
    const labels = `namespace="shop",horizontalpodautoscaler="${hpa}"`;
    yield* series(
      'kube_horizontalpodautoscaler_info',
      `${labels},scaletargetref_kind="${kind}",scaletargetref_name="${name}"`,
      week,
      NOW,
      () => 1,
    );
    yield* series(
      'kube_horizontalpodautoscaler_spec_target_metric',
      `${labels},metric_name="${metric}",metric_target_type="average"`,
      week,
      NOW,
      () => 10,
    );
  }
  // Two replicas of kube-state-metrics, as a set-up without deduplication shows them.
  for (const instance of ['a', 'b'])
    for (const [kind, name, ready] of [
      ['deployment', 'web', 3],
      ['deployment', 'other', 9],
      ['statefulset', 'db', 2],
    ] as const)
      yield* series(
        `kube_${kind}_status_replicas_ready`,
        `namespace="shop",${kind}="${name}",instance="${instance}"`,
        NOW - DAY,
        NOW,
        () => ready,
      );
  yield* series('load', 'service="web"', NOW - DAY, NOW - HOUR, (at) => (at < NOW - 12 * HOUR ? 30 : 31));
}

function* history(): Generator<string> {
  const families = new Map<string, string[]>();
  for (const [name, line] of samples()) families.set(name, [...(families.get(name) ?? []), line]);
  for (const [name, lines] of families) {
    yield `# TYPE ${name} gauge\n`;
    yield* lines;
  }
  yield '# EOF\n';
}

describe('queries about the workload of a trigger', () => {
  let prometheus: PrometheusServer;

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
  });

  after(async () => await prometheus?.close());

  const trigger = testTrigger({
    namespace: 'shop',
    scaledObject: 'web',
    metricName: 'load',
    query: 'load',
    capacity: 10,
  });

  const ask = async (promql: string, at: number) =>
    (await prometheus.client.query(promql, at)).map((s) => s.value);
  const startup = async (overrides: Partial<typeof trigger> = {}, at = NOW) =>
    await ask(podStartupQuery({ ...trigger, ...overrides }), at);
  const overloaded = async (at: number, overrides: Partial<typeof trigger> = {}) =>
    await ask(overloadQuery({ ...trigger, ...overrides }), at);

  it('measure how long the pods of a Deployment took, those that are gone included', async () => {
    // The 0.9 quantile of 10, 20, ..., 100: between the ninth and the tenth of ten, at rank 0.9 * 9 = 8.1.
    assert.deepEqual(await startup(), [91]);
  });

  it('leave out what a pod did after its first day, and pods that were never ready', async () => {
    // Without the ten, web-flaps and web-broken are left, of which neither may count.
    assert.deepEqual(await startup({}, NOW - 7 * DAY), []);
  });

  it('measure the pods of a StatefulSet by their uid, and find an HPA of any name by its metric', async () => {
    // Two pods of one name, 240 s and 260 s: 240 + 0.9 * 20.
    assert.deepEqual(await startup({ scaledObject: 'database-scaler', metricName: 'queue-length' }), [258]);
  });

  it('measure nothing where the HPA is not known, or not for certain', async () => {
    assert.deepEqual(await startup({ scaledObject: 'unknown', metricName: 'unknown' }), []);
    assert.deepEqual(await startup({ scaledObject: 'unknown', metricName: 'twin' }), []);
    assert.deepEqual(await startup({ namespace: 'another' }), []);
  });

  it('compare the load with what the ready pods carry', async () => {
    // Three ready pods of ten each: 30 is carried, 31 is not.
    assert.deepEqual(await overloaded(NOW - 13 * HOUR), [0]);
    assert.deepEqual(await overloaded(NOW - 11 * HOUR), [1]);
    assert.deepEqual(await overloaded(NOW - 11 * HOUR, { capacity: 11 }), [0]);
    assert.deepEqual(
      await overloaded(NOW - 11 * HOUR, { scaledObject: 'database-scaler', metricName: 'queue-length' }),
      [1],
    );
  });

  it('read an absent load as the trigger does', async () => {
    assert.deepEqual(await overloaded(NOW - HOUR / 2), [0]);
    assert.deepEqual(await overloaded(NOW - HOUR / 2, { ignoreNullValues: false }), []);
  });

  it('compare nothing while the ready pods are not known', async () => {
    assert.deepEqual(await overloaded(NOW - 2 * DAY), []);
    assert.deepEqual(await overloaded(NOW - 11 * HOUR, { scaledObject: 'no', metricName: 'no' }), []);
  });

  it('are not changed by comments in the query', async () => {
    assert.deepEqual(await overloaded(NOW - 11 * HOUR, { query: 'load # > 5' }), [1]);
  });
});
