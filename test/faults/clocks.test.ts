import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { type Clock, systemClock } from '../../scaler/shared/clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { printResults, type Result } from '../support/result-table.js';
import { sumOf } from '../support/sum-of.js';
import { tuned } from '../support/tuned.js';
import { openMetricsFamily, type Sample } from '../support/workload-openmetrics.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const USUAL = 100;
const SURGE = 500;
/** The load rises so long before now: less than the clocks differ. */
const SURGE_SECONDS = 4 * MINUTE;

/** The machine's clock, wrong by an amount that may change while others sleep on it, as when NTP sets it. */
class WrongClock implements Clock {
  constructor(public wrongBySeconds: number) {}
  readonly nowSeconds = (): number => Date.now() / 1000 + this.wrongBySeconds;
  readonly sleep = systemClock.sleep;
}

describe('a scaler whose clock is wrong, before a real Prometheus whose clock is right', () => {
  const results: Result[] = [];
  const metadata = {
    query: 'sum(load)',
    threshold: '10',
    queryStep: '1m',
    historyTimeWindow: '2d',
    predictHorizon: '30m',
    seasonality: '1d',
  };
  let prometheus: PrometheusServer;
  const cleanUps: (() => Promise<void>)[] = [];

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  after(async () => {
    await prometheus?.close();
    printResults('A clock that is wrong', results);
  });

  for (const [what, wrongBySeconds] of [
    ['10 minutes ahead', 10 * MINUTE],
    ['10 minutes behind', -10 * MINUTE],
  ] as const)
    it(`sees the load of this minute from its first answer on, and says so once: ${what}`, async () => {
      const { keda, lines } = await start(new WrongClock(wrongBySeconds));
      const readings: number[] = [];
      await pollUntil('ten readings', async () => {
        readings.push((await keda.read('shop', 'apps', metadata)).metric);
        return readings.length === 10;
      });
      for (const value of readings) assert.ok(value >= SURGE, `answered ${value}, the load is ${SURGE}`);
      assert.deepEqual(clockLines(lines), [`warn this machine's clock is ${what.replace('minutes', 'min')}`]);
      results.push({
        what: `the scaler's own clock ${what}`,
        many: `${readings.length} readings from the first on`,
        result: 'the load of this minute, by the time of Prometheus; one log line',
      });
    });

  it('is not affected when its clock jumps ahead, back, behind and back', async () => {
    const clock = new WrongClock(0);
    const { keda, lines, gauge } = await start(clock);
    await pollUntil('a forecast', async () => {
      await keda.read('shop', 'apps', metadata);
      return (await gauge('forecast_peak')) !== undefined;
    });
    const before = lines.length;
    let readings = 0;
    for (const wrongBySeconds of [10 * MINUTE, 0, -10 * MINUTE, 0]) {
      const told = clockLines(lines).length;
      clock.wrongBySeconds = wrongBySeconds;
      await pollUntil('the jump to be noticed', async () => {
        const { metric } = await keda.read('shop', 'apps', metadata);
        readings++;
        if (metric < SURGE) throw new Error(`answered ${metric}`);
        return clockLines(lines).length > told;
      });
      for (let i = 0; i < 3; i++, readings++) {
        await delay(200);
        const { metric } = await keda.read('shop', 'apps', metadata);
        assert.ok(metric >= SURGE, `answered ${metric} with the clock wrong by ${wrongBySeconds} s`);
      }
    }
    assert.deepEqual(clockLines(lines), [
      "warn this machine's clock is 10 min ahead",
      'info it is over',
      "warn this machine's clock is 10 min behind",
      'info it is over',
    ]);
    // No trigger was dropped or fell back to less than it had.
    assert.deepEqual(
      lines.slice(before).filter(({ scaledObject }) => scaledObject !== undefined),
      [],
    );

    const fresh = await start(new WrongClock(0));
    await pollUntil('a fresh scaler to forecast the same', async () => {
      await fresh.keda.read('shop', 'apps', metadata);
      const peaks = await Promise.all([gauge('forecast_peak'), fresh.gauge('forecast_peak')]);
      if (peaks[0] !== undefined && Math.abs(peaks[0]! - peaks[1]!) <= 1e-9 * peaks[0]!) return true;
      throw new Error(peaks.join(' and '));
    });
    results.push({
      what: "the scaler's own clock jumps 10 minutes ahead, back, behind and back",
      many: `${readings} readings, 4 jumps`,
      result: 'the load of this minute throughout; then the forecast of a fresh scaler within 1e-9',
    });
  });

  async function start(clock: WrongClock) {
    const { log, lines } = new RecordedLog();
    const config = tuned(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_REFRESH: '1s',
        },
      }),
      {
        firstAnswerWaitSeconds: 30,
      },
    );
    const scaler: Scaler = await startScaler(config, { clock, machineSeconds: clock.nowSeconds, log });
    const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    cleanUps.push(async () => {
      keda.close();
      await scaler.stop();
    });
    const gauge = async (family: string): Promise<number | undefined> => {
      const text = await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
      return sumOf(text, `predictive_scaler_${family}`);
    };
    return { keda, lines, gauge };
  }

  function clockLines(lines: RecordedLog['lines']): string[] {
    return lines
      .filter(({ topic }) => topic === 'clock')
      .map(
        ({ level, msg }) =>
          `${level} ${/this machine's clock is .*? (ahead|behind)/.exec(msg)?.[0] ?? 'it is over'}`,
      );
  }
});

/** The same load every day, and a surge that nothing in the past announces. */
function* history(): Generator<string> {
  const now = Math.floor(Date.now() / 1000);
  const samples = function* (): Generator<Sample> {
    for (let at = now - 3 * DAY; at <= now; at += 15)
      yield [at, at > now - SURGE_SECONDS ? SURGE : USUAL * (1 + 0.5 * Math.sin((2 * Math.PI * at) / DAY))];
  };
  yield* openMetricsFamily('load', 'gauge', '{app="shop"}', samples());
  yield '# EOF\n';
}
