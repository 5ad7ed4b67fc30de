import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { Authority, type Pair } from '../support/authority.js';
import { type Fault, FaultProxy } from '../support/fault-proxy.js';
import { RecordedLog } from '../support/recorded-log.js';
import { printResults, type Result } from '../support/result-table.js';
import { tuned } from '../support/tuned.js';
import {
  openMetricsFamily,
  type Sample,
  WEDNESDAY_SECONDS,
  workloadAt,
} from '../support/workload-openmetrics.js';
import { breakingFaults, harmlessOddities } from './faults.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HISTORY_DAYS = 4;
const START_SECONDS = WEDNESDAY_SECONDS + 10 * HOUR;
const MAX_STALENESS_SECONDS = 5 * MINUTE;
/** What a source may have open at once. */
const CONCURRENCY = 8;

/** A source behind a proxy of its own, and the trigger that uses it. */
interface Victim {
  readonly what: string;
  readonly name: string;
  readonly proxy: FaultProxy;
}

/** How a source fails and recovers. */
interface Breakage {
  begin(proxy: FaultProxy): void | Promise<void>;
  end(proxy: FaultProxy): void | Promise<void>;
  /** What the refusal has to say, where it is not plain from the fault. */
  readonly says?: RegExp;
  readonly certificate?: Pair;
}

describe('the scaler while its sources fail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-faults-'));
  const recorded = new RecordedLog();
  const results: Result[] = [];
  const broken: Victim[] = [];
  const odd: Victim[] = [];
  const authority = new Authority(folder, 'authority');
  const breakages = allBreakages(authority, folder);
  let handlesBefore: Record<string, number>;
  let prometheus: PrometheusServer;
  let healthy: FaultProxy;
  let clock: AcceleratedClock;
  let scaler: Scaler;
  let keda: KedaStandIn;
  let client: ReturnType<typeof connect>;
  const healthyReadings: Promise<number>[] = [];

  before(async () => {
    // From here on the timer that bounds a test is there, as it is at the end.
    await delay(0);
    handlesBefore = handlesOpen();
    prometheus = await PrometheusServer.start({ history: history() });
    const victim = async (what: string, certificate?: Pair): Promise<Victim> => {
      const name = what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      return { what, name, proxy: await FaultProxy.start(prometheus.address, certificate) };
    };
    for (const [what, { certificate }] of Object.entries(breakages))
      broken.push(await victim(what, certificate));
    for (const what of Object.keys(harmlessOddities)) odd.push(await victim(what));
    healthy = await FaultProxy.start(prometheus.address);

    const source = (proxy: FaultProxy) => ({
      address: proxy.address,
      timeout: '4s',
      resolution: '1m',
      maxBodyBytes: 1024 * 1024,
      concurrency: CONCURRENCY,
      tls: { caFile: authority.caFile },
    });
    const named = Object.fromEntries([...broken, ...odd].map(({ name, proxy }) => [name, source(proxy)]));
    const file = join(folder, 'config.yaml');
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({ sources: { named: { ...named, healthy: source(healthy) }, default: 'healthy' } }),
    );
    clock = new AcceleratedClock(START_SECONDS, 20);
    const config = tuned(
      loadConfig({
        file,
        environment: {
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_MAX_STALENESS: `${MAX_STALENESS_SECONDS}s`,
        },
      }),
      {
        idleSeconds: 86_400,
        firstAnswerWaitSeconds: 30,
      },
    );
    for (const { what, proxy } of odd) proxy.inject(oddities[what]);
    scaler = await startScaler(config, { clock, log: recorded.log });
    keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    client = connect(`127.0.0.1:${scaler.grpcPort}`, credentials.createInsecure());
    await Promise.all([...broken, ...odd].map(({ name }) => forecasting(name)));
    await forecasting('healthy');
  });
  after(async () => {
    await stopAll();
    rmSync(folder, { recursive: true });
    printResults('Faults of a source, through a proxy before a real Prometheus', results);
  });

  async function stopAll(): Promise<void> {
    keda?.close();
    client?.close();
    await scaler?.stop();
    await Promise.all([...broken, ...odd, { proxy: healthy }].map(({ proxy }) => proxy?.close()));
    await prometheus?.close();
  }

  describe('when there is no usable answer', () => {
    const courses = new Map<string, Promise<Result>>();

    before(async () => {
      // All at once: a source in trouble must not hold up another either.
      for (const victim of broken) {
        await breakages[victim.what]!.begin(victim.proxy);
        const course = breakAndRecover(victim);
        // Its own test tells when it fails.
        course.catch(() => undefined);
        courses.set(victim.what, course);
      }
    });

    for (const what of Object.keys(breakages))
      it(`goes on from its forecast, then says UNAVAILABLE, then recovers: ${what}`, async () => {
        results.push(await courses.get(what)!);
      });

    /** What KEDA sees from the moment a source breaks until it is well again. */
    async function breakAndRecover({ what, name, proxy }: Victim): Promise<Result> {
      const { end, says = /./ } = breakages[what]!;
      const brokeAt = clock.nowSeconds();
      const usual = (await metricsOf(name)).value;
      const specs = watchSpecs(name);
      const allLines = () => recorded.lines.filter((line) => line.scaledObject === name);
      const told = allLines().length;
      // On a busy machine a second without an observation may pass, which is 20 seconds of this clock.
      const isStaleAlready = allLines().at(-1)?.reason === 'stale';
      let readings = 0;
      let refusal: ServiceError | undefined;
      while (refusal === undefined) {
        healthyReadings.push(keda.read('healthy', 'apps', metadata('healthy')).then(({ metric }) => metric));
        const reading = await keda.read(name, 'apps', metadata(name)).catch((error: ServiceError) => error);
        if (reading instanceof Error) refusal = reading;
        else {
          readings++;
          assert.ok(Math.abs(reading.metric - usual) < 0.25 * usual, `${reading.metric} instead of ${usual}`);
          assert.equal(reading.active, true);
          await delay(200);
        }
        assert.ok(
          clock.nowSeconds() < brokeAt + 4 * MAX_STALENESS_SECONDS,
          'answers although nothing is known',
        );
      }
      const refusedAfter = clock.nowSeconds() - brokeAt;
      assert.equal(refusal.code, status.UNAVAILABLE, refusal.details);
      assert.doesNotMatch(refusal.details, /\n|\bat .*\.js/);
      assert.match(refusal.details, says);
      // The newest observation was some seconds old when the source broke.
      assert.ok(refusedAfter > MAX_STALENESS_SECONDS - MINUTE, `refused after ${refusedAfter} s`);
      await assert.rejects(callUnary(client, 'IsActive', refOf(name), 60), { code: status.UNAVAILABLE });
      const lines = () => allLines().slice(told);
      // One line when it begins to go on from its forecast, one when that is over.
      assert.deepEqual(
        lines().map((line) => line.reason ?? line.kind),
        isStaleAlready ? ['unavailable'] : ['stale', 'unavailable'],
      );

      const toldUntilMended = allLines().length;
      await end(proxy);
      const mendedAt = performance.now();
      await forecasting(name);
      const recoverySeconds = (performance.now() - mendedAt) / 1000;
      const toldSince = () => allLines().slice(toldUntilMended);
      await pollUntil('the line that says so', () => toldSince().length > 0);
      assert.equal(toldSince()[0]!.msg, 'trigger answers again');
      // The load now may be there before the newest steps are: then there is one line for each.
      const states = toldSince().map(
        ({ reason, historyError }) =>
          `${reason === 'observed' ? 'forecast' : reason}${historyError === undefined ? '' : ' without new history'}`,
      );
      assert.ok(
        states.every((state, i) => state !== states[i - 1]),
        states.join(', '),
      );
      assert.ok((await specs.stop()) > 5);
      // What hung, dripped or flowed without end was let go of.
      await pollUntil('no request to be open', () => proxy.openRequests === 0);
      assert.ok(proxy.mostConnections <= CONCURRENCY, `${proxy.mostConnections} connections at once`);
      return {
        what,
        many: `${readings} readings, ${proxy.requests} requests`,
        result: `forecast for maxStaleness, then UNAVAILABLE; well again after ${recoverySeconds.toFixed(1)} s`,
      };
    }

    /** Asks for the specs all the while; `stop` gives how often, or fails when one of them failed. */
    function watchSpecs(name: string) {
      let isOver = false;
      let asked = 0;
      const watching = (async () => {
        for (; !isOver; asked++) {
          assert.equal((await keda.spec(name, 'apps', metadata(name))).targetPerReplica, 10);
          await delay(100);
        }
      })();
      watching.catch(() => undefined);
      return {
        stop: async () => {
          isOver = true;
          await watching;
          return asked;
        },
      };
    }

    it('answered for the healthy source the whole time', async () => {
      for (const value of await Promise.all(healthyReadings)) assert.ok(value > 50, `answered ${value}`);
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
        const { targetPerReplica, active } = await keda.read(name, 'apps', metadata(name));
        assert.deepEqual([targetPerReplica, active], [10, true]);
        results.push({ what, many: `${proxy.requests} requests`, result: 'answers go on from the forecast' });
      });

    for (const [what, topic] of [
      ['warnings from a store behind', 'warnings'],
      ['a partial response', 'warnings'],
      ['its clock 10 minutes ahead', 'clock'],
      ['its clock 10 minutes behind', 'clock'],
    ] as const)
      it(`says once: ${what}`, async () => {
        const { name, proxy } = odd.find((victim) => victim.what === what)!;
        proxy.inject(undefined);
        await pollUntil('the line that says that it is over', () =>
          recorded.lines.some(
            (line) => line.source === name && line.topic === topic && line.level === 'info',
          ),
        );
        proxy.inject(oddities[what]);
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
      'a series that was renamed, bare': { query: 'renamed', stage: 'daily' },
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
        const { value } = await pollUntil('a forecast', async () => {
          await keda.read(name, 'apps', asked);
          const metrics = await metricsOf(name);
          return metrics.stage === stage && metrics;
        });
        const nowSeconds = clock.nowSeconds();
        let highest = 0;
        for (let at = nowSeconds; at < nowSeconds + HOUR; at += MINUTE)
          highest = Math.max(highest, workloadAt(at));
        assert.ok(Math.abs(value - highest) < 0.25 * highest, `answered ${value}, the peak is ${highest}`);
        results.push({ what, many: '1 trigger', result: 'forecast within 25 % of the peak that comes' });
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
      // A weekly season needs eight days, and Prometheus holds four.
      assert.ok(Math.abs(missing - 4 * DAY) < DAY / 2, `${missing} s missing`);
      results.push({
        what: 'retention shorter than the window',
        many: '1 trigger',
        result: 'forecast from what there is; the time left to the next stage is shown',
      });
    });
  });

  describe('when Prometheus loses its disk', () => {
    it('continues from its history when Prometheus comes back with an empty disk', async () => {
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
    it('leaves no connection, file, timer or thread behind', async () => {
      keda.close();
      await scaler.stop();
      await pollUntil('every connection to be closed', () =>
        [...broken, ...odd, { proxy: healthy }].every(({ proxy }) => proxy.openConnections === 0),
      );
      await stopAll();
      await pollUntil('what was open before, and no more', () => {
        const now = handlesOpen();
        const more = Object.keys(now).filter((kind) => now[kind]! > (handlesBefore[kind] ?? 0));
        if (more.length === 0) return true;
        throw new Error(
          more.map((kind) => `${kind}: ${now[kind]}, before ${handlesBefore[kind] ?? 0}`).join(', '),
        );
      });
      results.push({
        what: 'what all these faults leave open: sockets, files, timers, threads',
        many: `${Object.keys(breakages).length + Object.keys(oddities).length} faults`,
        result: 'nothing',
      });
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

  function refOf(name: string) {
    return { name, namespace: 'apps', scalerMetadata: metadata(name) };
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

const oddities: Record<string, Fault> = harmlessOddities;

/** Every way in which a source gives no usable answer. */
function allBreakages(authority: Authority, folder: string): Record<string, Breakage> {
  const good = authority.issue('good');
  const shown = (certificate: Pair): Breakage => ({
    begin: (proxy) => {
      proxy.showCertificate(certificate);
      proxy.cutConnections();
    },
    end: (proxy) => proxy.showCertificate(good),
    says: /check the server's certificate/,
    certificate: good,
  });
  return {
    'connection refused': {
      begin: (proxy) => proxy.refuse(),
      end: (proxy) => proxy.listenAgain(),
    },
    ...Object.fromEntries(
      Object.entries(breakingFaults).map(([what, fault]) => [
        what,
        {
          begin: (proxy: FaultProxy) => proxy.inject(fault),
          end: (proxy: FaultProxy) => proxy.inject(undefined),
        },
      ]),
    ),
    'its certificate has expired': shown(authority.issue('expired', -1)),
    'its certificate is of an authority that is not trusted': shown(
      new Authority(folder, 'stranger').issue('strange'),
    ),
  };
}

/** What this process has open, by kind: file descriptors, and all else that keeps it alive. */
function handlesOpen(): Record<string, number> {
  const open: Record<string, number> = {};
  const count = (kind: string): void => {
    open[kind] = (open[kind] ?? 0) + 1;
  };
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      count(readlinkSync(`/proc/self/fd/${descriptor}`).replaceAll(/\d+/g, '#'));
    } catch {
      // The one that the folder itself was read with.
    }
  }
  for (const kind of process.getActiveResourcesInfo()) count(kind);
  // Opened by libuv with the first stream and kept for ever, for the day on which no other descriptor is left.
  delete open['/dev/null'];
  return open;
}

/** The same load under several names, each odd in its own way. */
function* history(): Generator<string> {
  const from = START_SECONDS - HISTORY_DAYS * DAY;
  const until = START_SECONDS + 10 * HOUR;
  const samples = function* (keeps: (at: number) => boolean = () => true): Generator<Sample> {
    for (let at = from; at < until; at += MINUTE) if (keeps(at)) yield [at, workloadAt(at)];
  };
  const middle = START_SECONDS - 2 * DAY;
  yield* openMetricsFamily('steady', 'gauge', '{app="shop"}', samples());
  yield* openMetricsFamily(
    'gapped',
    'gauge',
    '{app="shop"}',
    samples((at) => at < middle || at > middle + DAY),
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
    total = at % (5 * HOUR) === 0 ? 0 : total + value * MINUTE;
    yield `resetting_total{pod="a"} ${total} ${at}\n`;
  }
  yield '# EOF\n';
}
