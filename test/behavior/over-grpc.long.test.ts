import assert from 'node:assert/strict';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { type KedaReading, KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import type { TriggerDetail, TriggerList } from '../../scaler/web/api/contract.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { silentLog } from '../support/silent-log.js';
import { tuned } from '../support/tuned.js';
import { openMetricsFamily } from '../support/workload-openmetrics.js';
import { atLocalHour, bursts, byHours, constant, counts, type Load, withNoise } from './loads.js';
import { SETTINGS } from './scenario.js';

const MINUTE = 60;
const HISTORY_DAYS = 10;
const JOB = 1000;
const THRESHOLD = 10;

/** A Sunday on which the clocks change. */
const { timezone, midnightSeconds } = SETTINGS[6]!;
const at = (hour: number) => atLocalHour(timezone, midnightSeconds, hour);
const untilSeconds = at(24);

const loads: Readonly<Record<string, Load>> = {
  idle_noise: byHours(timezone, [19, 7], constant(0), withNoise(constant(100), 11, 0.3)),
  idle_counts: byHours(timezone, [19, 7], constant(0), counts(constant(100), 12)),
  jump: byHours(timezone, [9, 9.5], constant(JOB), constant(10)),
  bursty: bursts(13, 100, 4, withNoise(constant(300), 14, 0.2), withNoise(constant(60), 15, 0.2)),
};

/** Working hours with noise, whose pods of ten carry up to fourteen. */
const working = byHours(
  timezone,
  [8, 18],
  withNoise(constant(400), 21, 0.1),
  withNoise(constant(100), 22, 0.1),
);
const CAPACITY = 14;

/** The same that `make behavior` measures with a replay, asked as KEDA asks: over gRPC, with a real Prometheus behind it. */
describe('the answers that KEDA gets', function () {
  this.timeout(300_000);
  let prometheus: PrometheusServer;
  let proxy: FaultProxy;
  const scalers: Scaler[] = [];

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
    proxy = await FaultProxy.start(prometheus.address);
  });
  afterEach(async () => {
    proxy.inject(undefined);
    for (const scaler of scalers.splice(0)) await scaler.stop();
  });
  after(async () => {
    await proxy?.close();
    await prometheus?.close();
  });

  /** A reader of triggers as a scaler sees them that has just started at a moment. */
  async function scalerAt(moment: number, speed = 1) {
    const config = loadConfig({
      environment: {
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PROMETHEUS_ADDRESS: proxy.address,
      },
    });
    const scaler = await startScaler(tuned(config, { firstAnswerWaitSeconds: 60 }), {
      clock: new AcceleratedClock(moment, speed),
      log: silentLog,
    });
    scalers.push(scaler);
    return async (query: string, further: Record<string, string> = {}): Promise<KedaReading> => {
      const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
      try {
        return await keda.read(query.replace('_', '-'), 'apps', {
          query,
          threshold: String(THRESHOLD),
          historyTimeWindow: `${HISTORY_DAYS}d`,
          timezone,
          ...further,
        });
      } finally {
        keda.close();
      }
    };
  }

  for (const query of ['idle_noise', 'idle_counts'])
    it(`let a workload sleep all night and wake it a horizon before the morning: ${query}`, async () => {
      for (const hour of [0, 1.5, 4, 6, 19.5, 23]) {
        const { metric, active } = await (await scalerAt(at(hour)))(query);
        assert.deepEqual({ hour, metric, active }, { hour, metric: 0, active: false });
      }
      const { metric, active } = await (await scalerAt(at(6.75)))(query);
      assert.ok(active && metric >= 50, `${metric}, active: ${active}, a horizon before 7:00`);
    });

  for (const [step, horizonMinutes] of [
    ['5m', 15],
    ['10m', 20],
    ['15m', 15],
    ['30m', 30],
  ] as const)
    it(`are there a horizon before a jump: step ${step}, horizon ${horizonMinutes}m`, async () => {
      const further = { queryStep: step, predictHorizon: `${horizonMinutes}m` };
      const before = at(9) - horizonMinutes * MINUTE;
      // Also from inside a step on, where the horizon ends in a step that begins later.
      for (const moment of [before, before + 2 * MINUTE, before + 7 * MINUTE]) {
        const { metric } = await (await scalerAt(moment))('jump', further);
        assert.ok(metric >= 0.9 * JOB, `${metric}, ${(at(9) - moment) / MINUTE} min before`);
      }
    });

  it('stay above most of the coming peaks of a load that cannot be forecast', async () => {
    const moments = Array.from({ length: 24 }, (_, k) => at(0) + k * 53 * MINUTE);
    let covered = 0;
    for (const moment of moments) {
      const { metric } = await (await scalerAt(moment))('bursty');
      let peak = 0;
      for (let minute = 0; minute <= 15; minute++)
        peak = Math.max(peak, loads.bursty!(moment + minute * MINUTE));
      if (metric >= peak) covered++;
    }
    // Of 24 independent moments at a quantile of 0.9, fewer than 18 are covered once in 70 tries.
    assert.ok(covered >= 18, `${covered} of ${moments.length}`);
  });

  describe('for a trigger that accepts overload for 1% of the time', () => {
    const accepting = { targetOverload: '1%', capacity: String(CAPACITY), podStartup: 'auto' };

    it('have the pods for the coming load at their capacity, and not at their threshold', async () => {
      for (const hour of [3, 12, 21]) {
        const { metric } = await (await scalerAt(at(hour)))('working', accepting);
        const pods = Math.ceil(metric / THRESHOLD);
        const load = working(at(hour));
        // Enough for the load as it is, and fewer than a reactive HPA keeps at the threshold.
        assert.ok(pods * CAPACITY >= load, `${pods} pods for a load of ${load} at ${hour}:00`);
        assert.ok(pods < load / THRESHOLD, `${pods} pods for a load of ${load} at ${hour}:00`);
      }
    });

    it('have them ready before the working day begins', async () => {
      // Pods take 70 s, as kube-state-metrics knows, and the HPA up to 15 s; a step of history is five minutes.
      const { metric } = await (await scalerAt(at(8) - 3 * MINUTE))('working', accepting);
      assert.ok((metric / THRESHOLD) * CAPACITY >= 0.95 * 400, `${metric} before 8:00`);
    });

    it('come with their reason, the measured start-up and the measured overload', async () => {
      await (await scalerAt(at(12)))('working', accepting);
      const { httpPort } = scalers[0]!;
      const { overload, settings, notices } = await pollUntil('the measured overload', async () => {
        const response = await fetch(
          `http://127.0.0.1:${httpPort}/api/triggers/apps/working/${await metricOf(httpPort)}`,
        );
        const detail = (await response.json()) as TriggerDetail;
        return detail.overload?.lastDay?.isMeasured ? detail : undefined;
      });
      assert.ok(overload!.policy!.isHeld);
      assert.match(overload!.policy!.words, /% of the/);
      assert.equal(settings.podStartupSeconds, 70);
      // 30 ready pods of 14 carry 420: less than the highest tenth of the noise around 400, in ten of 24 hours.
      assert.ok(
        overload!.lastDay!.share > 0.02 && overload!.lastDay!.share < 0.4,
        `${overload!.lastDay!.share}`,
      );
      assert.ok(!notices.some((notice) => notice.includes('podStartup')), notices.join());
    });
  });

  it('are an error, not a sleeping workload, when the source fails after an empty result', async () => {
    const read = await scalerAt(at(12), 60);
    const { metric, active } = await read('absent', { ignoreNullValues: 'true' });
    assert.deepEqual({ metric, active }, { metric: 0, active: false });
    proxy.inject((_request, response) => {
      response.writeHead(503).end('down');
    });
    await assert.rejects(async () => {
      for (;;) await read('absent', { ignoreNullValues: 'true' });
    }, /UNAVAILABLE/);
  });
});

function* history(): Generator<string> {
  for (const [name, load] of Object.entries(loads))
    yield* openMetricsFamily(name, 'gauge', '', samples(load));
  yield* openMetricsFamily('working', 'gauge', '', samples(working));
  yield* workload();
  yield '# EOF\n';
}

/** What kube-state-metrics says of the pods behind `working`: 30 that are ready, and one a day that took 70 s to start. */
function* workload(): Generator<string> {
  const pod = (day: number) => `namespace="apps",pod="web-${day}",uid="${day}"`;
  const created = (day: number) => at(0) - day * 86_400;
  const ofPods = (more: string, value: (day: number) => number) => (name: string) =>
    Array.from({ length: 7 }, (_, day) =>
      lines(`${name}{${pod(day + 1)}${more}}`, created(day + 1), created(day + 1) + 7200, () =>
        value(day + 1),
      ),
    ).flat();
  const ready = ',condition="true"';
  const hpa = 'horizontalpodautoscaler="keda-hpa-working",namespace="apps"';
  const target = 'scaletargetref_kind="Deployment",scaletargetref_name="web"';
  const always = (labels: string, value: number) => (name: string) =>
    lines(`${name}{${labels}}`, at(0) - 8 * 86_400, untilSeconds, () => value);
  const families = {
    kube_pod_created: ofPods('', created),
    kube_pod_status_ready_time: ofPods('', (day) => created(day) + 70),
    kube_pod_status_ready: ofPods(ready, () => 1),
    kube_pod_owner: ofPods(',owner_kind="ReplicaSet",owner_name="web-1"', () => 1),
    kube_replicaset_owner: always(
      'namespace="apps",replicaset="web-1",owner_kind="Deployment",owner_name="web"',
      1,
    ),
    kube_horizontalpodautoscaler_info: always(`${hpa},${target}`, 1),
    kube_deployment_status_replicas_ready: always('namespace="apps",deployment="web"', 30),
  };
  for (const [name, linesOf] of Object.entries(families)) {
    yield `# TYPE ${name} gauge\n`;
    yield* linesOf(name);
  }
}

/** A sample every minute. */
function lines(series: string, from: number, to: number, value: () => number): string[] {
  const samples: string[] = [];
  for (let moment = from; moment < to; moment += MINUTE) samples.push(`${series} ${value()} ${moment}\n`);
  return samples;
}

async function metricOf(httpPort: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/triggers`);
  const { triggers } = (await response.json()) as TriggerList;
  return triggers[0]!.metricName;
}

function* samples(load: Load): Generator<readonly [number, number]> {
  for (let moment = at(0) - HISTORY_DAYS * 86_400; moment < untilSeconds; moment += MINUTE)
    yield [moment, load(moment)];
}
