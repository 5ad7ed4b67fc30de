import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceError, status } from '@grpc/grpc-js';
import { loadConfig } from '../config.js';
import { AcceleratedClock } from '../demo/accelerated-clock.js';
import { KedaStandIn } from '../demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../main.js';
import { pollUntil } from '../test-support/poll-until.js';
import { PrometheusServer } from '../test-support/prometheus-server.js';
import { openMetricsFamily, type Sample, workloadAt } from '../test-support/workload-openmetrics.js';
import { type Fault, FaultProxy } from './fault-proxy.js';
import { breakingFaults, harmlessOddities } from './faults.js';
import { RecordedLog } from './recorded-log.js';
import { printResults, type Result } from './result-table.js';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const historyDays = 4;
const startSeconds = Math.floor(Date.now() / 1000 / day) * day - day + 10 * hour;
const refused = 'connection refused';

/** A source behind a proxy of its own, and the trigger that uses it. */
interface Victim {
  readonly what: string;
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly fault: Fault | undefined;
}

describe('the scaler while its sources fail', function () {
  this.timeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), 'scaler-faults-'));
  const recorded = new RecordedLog();
  const results: Result[] = [];
  const broken: Victim[] = [];
  const odd: Victim[] = [];
  let prometheus: PrometheusServer;
  let healthy: FaultProxy;
  let clock: AcceleratedClock;
  let scaler: Scaler;
  let keda: KedaStandIn;
  const healthyReadings: Promise<string>[] = [];

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
    const victim = async (what: string, fault: Fault | undefined, list: Victim[]): Promise<void> => {
      const name = what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      list.push({ what, name, proxy: await FaultProxy.start(prometheus.address), fault });
    };
    await victim(refused, undefined, broken);
    for (const [what, fault] of Object.entries(breakingFaults)) await victim(what, fault, broken);
    for (const [what, fault] of Object.entries(harmlessOddities)) await victim(what, fault, odd);
    healthy = await FaultProxy.start(prometheus.address);

    const source = (proxy: FaultProxy) => ({
      address: proxy.address,
      timeout: '1s',
      resolution: '1m',
      maxBodyBytes: 1024 * 1024,
    });
    const named = Object.fromEntries([...broken, ...odd].map(({ name, proxy }) => [name, source(proxy)]));
    const file = join(folder, 'config.yaml');
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({ sources: { named: { ...named, healthy: source(healthy) }, default: 'healthy' } }),
    );
    clock = new AcceleratedClock(startSeconds, 60);
    const config = loadConfig({
      file,
      environment: {
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PLANNER_MAX_STALENESS: '5m',
        SCALER_PLANNER_IDLE: '1d',
        SCALER_PLANNER_FIRST_ANSWER_WAIT: '30s',
      },
    });
    for (const { proxy, fault } of odd) proxy.inject(fault);
    scaler = await startScaler(config, { clock, log: recorded.log });
    keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    await Promise.all([...broken, ...odd].map(({ name }) => forecasting(name)));
    await forecasting('healthy');
  });
  after(async () => {
    keda?.close();
    await scaler?.stop();
    await Promise.all([...broken, ...odd, { proxy: healthy }].map(({ proxy }) => proxy?.close()));
    await prometheus?.close();
    rmSync(folder, { recursive: true });
    printResults('Faults of a source, through a proxy before a real Prometheus', results);
  });

  describe('when there is no usable answer', () => {
    const courses = new Map<string, Promise<Result>>();

    before(async () => {
      // All at once: a source in trouble must not hold up another either.
      recorded.lines.length = 0;
      for (const victim of broken) {
        if (victim.fault === undefined) await victim.proxy.refuse();
        else victim.proxy.inject(victim.fault);
        const course = breakAndRecover(victim);
        // Its own test tells when it fails.
        course.catch(() => undefined);
        courses.set(victim.what, course);
      }
    });

    for (const what of [refused, ...Object.keys(breakingFaults)])
      it(`goes on from its forecast, then says UNAVAILABLE, then recovers: ${what}`, async () => {
        results.push(await courses.get(what)!);
      });

    /** What KEDA sees from the moment a source breaks until it is well again. */
    async function breakAndRecover({ what, name, proxy, fault }: Victim): Promise<Result> {
      const refusal = await pollUntil(
        'UNAVAILABLE',
        async () => {
          assert.equal((await keda.spec(name, 'apps', metadata(name))).targetPerReplica, 10);
          return refusalOf(name);
        },
        { timeoutSeconds: 60, intervalSeconds: 0.2 },
      );
      assert.equal(refusal.code, status.UNAVAILABLE, refusal.details);
      assert.doesNotMatch(refusal.details, /\n|\bat .*\.js/);
      const lines = () => recorded.lines.filter((line) => line.scaledObject === name);
      // One line when it begins to go on from its forecast, one when that is over.
      assert.deepEqual(
        lines().map((line) => line.reason ?? line.kind),
        ['stale', 'unavailable'],
      );

      if (fault === undefined) await proxy.listenAgain();
      else proxy.inject(undefined);
      const liftedAt = performance.now();
      await forecasting(name);
      const recoverySeconds = (performance.now() - liftedAt) / 1000;
      await pollUntil('the line that says so', () => lines()[2]?.msg === 'trigger answers again');
      assert.ok(proxy.mostConnections <= 8, `${proxy.mostConnections} connections at once`);
      return {
        what,
        many: `${proxy.requests} requests`,
        result: `forecast for maxStaleness, then UNAVAILABLE; well again after ${recoverySeconds.toFixed(1)} s; one log line for each change`,
      };
    }

    it('answered for the healthy source all the while', async () => {
      const values = await Promise.all(healthyReadings);
      assert.deepEqual([...new Set(values)], ['forecast']);
    });
  });

  describe('when an answer is odd', () => {
    for (const what of Object.keys(harmlessOddities))
      it(`answers as without it: ${what}`, async () => {
        const { name, proxy } = odd.find((victim) => victim.what === what)!;
        // Read in the same moment, so that both rest on the same steps.
        const [given, expected] = await pollUntil('two answers of one moment', async () => {
          clock.pause();
          try {
            return await Promise.all([metricsOf(name), metricsOf('healthy')]);
          } finally {
            clock.resume();
          }
        });
        const difference = Math.abs(given.forecast - expected.forecast);
        assert.ok(difference <= 0.2 * expected.forecast, `${given.forecast} instead of ${expected.forecast}`);
        assert.notEqual(given.reason, 'stale');
        results.push({ what, many: `${proxy.requests} requests`, result: 'answers go on from the forecast' });
      });

    for (const [what, topic] of [
      ['warnings from a store behind', 'warnings'],
      ['a partial response', 'warnings'],
      ['a clock 10 minutes ahead', 'clock'],
      ['a clock 10 minutes behind', 'clock'],
    ] as const)
      it(`says once: ${what}`, async () => {
        const { name, proxy } = odd.find((victim) => victim.what === what)!;
        proxy.inject(undefined);
        await pollUntil('the line that says that it is over', () =>
          recorded.lines.some(
            (line) => line.source === name && line.topic === topic && line.level === 'info',
          ),
        );
        proxy.inject(odd.find((victim) => victim.what === what)!.fault);
        const isAbout = (line: {
          source?: string;
          topic?: string;
          level: string;
          subject?: unknown;
        }): boolean => line.source === name && line.topic === topic && line.level === 'warn';
        recorded.lines.length = 0;
        const before = proxy.requests;
        await pollUntil('ten requests with it', () => proxy.requests > before + 10);
        const said = recorded.lines.filter(isAbout).map(({ subject }) => subject);
        assert.equal(said.length, new Set(said).size, `said for ${said.join(', ')}`);
        assert.ok(said.length > 0);
      });
  });

  describe('when the data is odd', () => {
    const cases = {
      'a series that was renamed, under sum()': { query: 'sum(renamed)', stage: 'daily' },
      'counter resets every five hours': { query: 'sum(rate(resetting_total[5m]))', stage: 'daily' },
      'a day of gap': { query: 'sum(gapped)', stage: 'daily' },
    };
    for (const [what, { query, stage }] of Object.entries(cases))
      it(`forecasts the load: ${what}`, async () => {
        const name = what
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .slice(0, 40)
          .replace(/-$/, '');
        const asked = { ...metadata('healthy'), query };
        const { value } = await pollUntil(
          'a forecast',
          async () => {
            await keda.read(name, 'apps', asked);
            const metrics = await metricsOf(name);
            return metrics.stage === stage && metrics;
          },
          { timeoutSeconds: 30 },
        );
        const nowSeconds = clock.nowSeconds();
        let highest = 0;
        for (let at = nowSeconds; at < nowSeconds + hour; at += minute)
          highest = Math.max(highest, workloadAt(at));
        assert.ok(Math.abs(value - highest) < 0.25 * highest, `answered ${value}, the peak is ${highest}`);
        results.push({ what, many: '1 trigger', result: 'forecast within 25 % of the peak that comes' });
      });

    it('refuses a series that was renamed, and shows both label sets', async () => {
      const asked = { ...metadata('healthy'), query: 'renamed' };
      const refusal = await pollUntil('a refusal', async () => {
        try {
          await keda.read('renamed', 'apps', asked);
          return undefined;
        } catch (error) {
          return (error as ServiceError).code === status.FAILED_PRECONDITION && (error as ServiceError);
        }
      });
      assert.match(refusal.details, /pod="a".*pod="b".*sum\(/);
      results.push({
        what: 'a series that was renamed, bare',
        many: '1 trigger',
        result: 'FAILED_PRECONDITION with both label sets',
      });
    });

    it('says what is missing when retention is shorter than the window', async () => {
      await keda.read('short', 'apps', {
        ...metadata('healthy'),
        historyTimeWindow: '14d',
        seasonality: 'auto',
      });
      const missing = await pollUntil('seconds until the next stage', async () => {
        const { nextStage } = await metricsOf('short');
        return nextStage || undefined;
      });
      assert.ok(missing > 5 * day, `${missing} s missing`);
      results.push({
        what: 'retention shorter than the window',
        many: '1 trigger',
        result: 'forecast from what there is; the time left to the next stage is shown',
      });
    });
  });

  describe('when Prometheus loses its disk', () => {
    it('goes on from what it knows when Prometheus comes back with an empty disk', async () => {
      await prometheus.stop();
      await prometheus.start({ withEmptyDisk: true });
      const { value } = await pollUntil('an answer without an observation', async () => {
        await keda.read('healthy', 'apps', metadata('healthy'));
        const metrics = await metricsOf('healthy');
        if (metrics.observed === undefined && metrics.reason === 'forecast') return metrics;
        throw new Error(JSON.stringify(metrics));
      });
      assert.ok(value > 50, `answered ${value}`);
      results.push({
        what: 'Prometheus restarted with an empty disk',
        many: '1 restart',
        result: 'the forecast goes on from the history in memory',
      });
    });
  });

  describe('when it has stopped', () => {
    it('holds no connection', async () => {
      keda.close();
      await scaler.stop();
      await pollUntil('every connection to be closed', () =>
        [...broken, ...odd, { proxy: healthy }].every(({ proxy }) => proxy.openConnections === 0),
      );
    });
  });

  function metadata(source: string): Record<string, string> {
    return {
      source,
      query: 'sum(steady)',
      threshold: '10',
      predictHorizon: '1h',
      historyTimeWindow: '3d',
      queryStep: '5m',
      seasonality: '1d',
    };
  }

  async function refusalOf(name: string): Promise<ServiceError | undefined> {
    healthyReadings.push(
      keda.read('healthy', 'apps', metadata('healthy')).then(({ metric }) => {
        assert.ok(metric > 50);
        return 'forecast';
      }),
    );
    try {
      await keda.read(name, 'apps', metadata(name));
      return undefined;
    } catch (error) {
      return error as ServiceError;
    }
  }

  /** Waits until a trigger's answer rests on a forecast that is not stale. */
  async function forecasting(name: string, timeoutSeconds = 60): Promise<void> {
    await pollUntil(
      `${name} to forecast`,
      async () => {
        await keda.read(name, 'apps', metadata(name));
        const { reason } = await metricsOf(name);
        if (reason === 'forecast' || reason === 'observed') return true;
        throw new Error(`its reason is ${reason}`);
      },
      { timeoutSeconds, intervalSeconds: 0.3 },
    );
  }

  /** What the scaler says about a trigger at `/metrics`. */
  async function metricsOf(name: string) {
    const text = await scrape();
    const lines = text.split('\n').filter((line) => line.includes(`scaledobject="${name}"`));
    const line = (family: string) => lines.find((one) => one.startsWith(`predictive_scaler_${family}{`));
    const of = (family: string) => line(family)?.split(' ').at(-1);
    const word = (family: string) => new RegExp(`[{,]${family}="([^"]+)"`).exec(line(family) ?? '')?.[1];
    const observed = of('observed');
    return {
      reason: word('reason'),
      stage: word('stage'),
      value: Number(of('value')),
      forecast: Number(of('forecast_peak')),
      nextStage: Number(of('next_stage_seconds') ?? Number.NaN),
      observed: observed === undefined ? undefined : Number(observed),
    };
  }

  async function scrape(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
  }
});

/** The same load under several names, each odd in its own way. */
function* history(): Generator<string> {
  const from = startSeconds - historyDays * day;
  const until = startSeconds + 10 * hour;
  const samples = function* (keeps: (at: number) => boolean = () => true): Generator<Sample> {
    for (let at = from; at < until; at += minute) if (keeps(at)) yield [at, workloadAt(at)];
  };
  const middle = startSeconds - 2 * day;
  yield* openMetricsFamily('steady', 'gauge', '{app="shop"}', samples());
  yield* openMetricsFamily(
    'gapped',
    'gauge',
    '{app="shop"}',
    samples((at) => at < middle || at > middle + day),
  );
  yield* openMetricsFamily(
    'renamed',
    'gauge',
    '{pod="a"}',
    samples((at) => at < middle),
  );
  for (const [at, value] of samples((at) => at >= middle)) yield `renamed{pod="b"} ${value} ${at}\n`;
  yield '# TYPE resetting counter\n';
  let total = 0;
  for (const [at, value] of samples()) {
    total = at % (5 * hour) === 0 ? 0 : total + value * minute;
    yield `resetting_total{pod="a"} ${total} ${at}\n`;
  }
  yield '# EOF\n';
}
