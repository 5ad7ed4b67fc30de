import assert from 'node:assert/strict';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { type KedaReading, KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
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
  yield '# EOF\n';
}

function* samples(load: Load): Generator<readonly [number, number]> {
  for (let moment = at(0) - HISTORY_DAYS * 86_400; moment < untilSeconds; moment += MINUTE)
    yield [moment, load(moment)];
}
