import assert from 'node:assert/strict';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { createLog } from '../../scaler/telemetry/log.js';
import { type Fault, FaultProxy, pass } from '../support/fault-proxy.js';
import { printResults } from '../support/result-table.js';
import { sumOf } from '../support/sum-of.js';
import { tuned } from '../support/tuned.js';
import { openMetricsFamily, WEDNESDAY_SECONDS, workloadSamples } from '../support/workload-openmetrics.js';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const STEP_SECONDS = 5 * MINUTE;
const REFRESH_SECONDS = 15;
/** Seconds after a step's end by which every query has asked for it, however late it is among the others. */
const SETTLED_SECONDS = 2 * MINUTE;
/** Seconds of the machine's time that the day takes. */
const daySeconds = Number(process.env.SECONDS ?? 30);

describe('what a trigger reads from Prometheus in a day', function () {
  this.timeout(180_000 + 10_000 * daySeconds);
  const startSeconds = WEDNESDAY_SECONDS;
  const metadata = {
    query: 'sum(load)',
    threshold: '10',
    historyTimeWindow: '3d',
    predictHorizon: '30m',
    seasonality: '1d',
  };
  const sent = { range: 0, instant: 0, loaded: 0 };
  let prometheus: PrometheusServer;
  let proxy: FaultProxy;
  let scaler: Scaler;
  let keda: KedaStandIn;
  let clock: AcceleratedClock;

  before(async () => {
    const samples = workloadSamples({
      startSeconds: startSeconds - 4 * DAY,
      endSeconds: startSeconds + 2 * DAY,
      intervalSeconds: 60,
    });
    prometheus = await PrometheusServer.start({
      history: [...openMetricsFamily('load', 'gauge', '{app="shop"}', samples), '# EOF\n'],
    });
    proxy = await FaultProxy.start(prometheus.address);
    proxy.inject(counting(sent));
    clock = new AcceleratedClock(startSeconds + SETTLED_SECONDS, DAY / daySeconds);
    clock.limitTo(startSeconds + SETTLED_SECONDS);
    const config = tuned(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: proxy.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_REFRESH: `${REFRESH_SECONDS}s`,
        },
      }),
      {
        idleSeconds: 7 * 86_400,
      },
    );
    scaler = await startScaler(config, { clock, log: createLog({ level: 'silent' }) });
    keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
  });
  after(async () => {
    keda?.close();
    await scaler?.stop();
    await proxy?.close();
    await prometheus?.close();
  });

  it('is two samples for each step, and one for each look at the load now', async () => {
    await pollUntil('a forecast', async () => {
      await keda.read('shop', 'apps', metadata);
      return (await metric(scaler, 'predictive_scaler_model_age_seconds')) !== undefined;
    });
    const warmUp = { ...sent };
    assert.ok(warmUp.range > (3 * DAY * 2) / STEP_SECONDS, 'the history was loaded');

    const steps = DAY / STEP_SECONDS;
    const wanted = 2 * steps;
    /** Lets time pass up to so long after the day, which must be before the next step is settled. */
    const passTo = async (afterSeconds: number) => {
      const until = startSeconds + SETTLED_SECONDS + DAY + afterSeconds;
      clock.limitTo(until);
      await pollUntil(`${afterSeconds} s after the day`, () => clock.nowSeconds() >= until, {
        timeoutSeconds: 60 + 10 * daySeconds,
      });
    };
    const noneUnderWay = () =>
      pollUntil('no request under way', async () => {
        const ended = await metric(scaler, 'predictive_scaler_fetch_duration_seconds_count');
        return ended === proxy.requests;
      });
    // A tick that comes while a read is under way reads nothing, and where the clock stands no other comes: so it goes
    // on by one tick, once the read is over.
    for (let after = 0; sent.range - warmUp.range < wanted && after < 2 * MINUTE; after += REFRESH_SECONDS) {
      await passTo(after);
      await noneUnderWay();
    }
    assert.equal(sent.range - warmUp.range, wanted);
    // Time for what would be too much.
    await passTo(2 * MINUTE);
    await noneUnderWay();
    const looks = sent.instant - warmUp.instant;
    const range = sent.range - warmUp.range;
    const loaded = sent.loaded - warmUp.loaded;

    assert.equal(range, wanted);
    assert.ok(looks <= (DAY + 2 * MINUTE) / REFRESH_SECONDS + 1, `${looks} looks at the load now`);
    const perStep = (range / steps).toFixed(2);
    printResults('Samples read from Prometheus in a day after warm-up, by one trigger', [
      {
        what: 'samples of the steps that Prometheus sent, counted by a proxy before it',
        many: `${steps} steps of 5 minutes`,
        result: `${range} samples: ${perStep} for each step, its mean and its maximum`,
      },
      {
        what: `samples of the load now that it sent, for a look every ${REFRESH_SECONDS} s; a look that comes before the last one's answer is left out`,
        many: `${DAY / REFRESH_SECONDS} looks due in a day that took ${daySeconds} s`,
        result: `${looks} samples`,
      },
      {
        what: 'samples of the load, one a minute, that it read from its own store for both, by its own count (`stats=all`)',
        many: `${steps} steps, ${looks} looks`,
        result: `${loaded} samples`,
      },
    ]);
  });
});

async function metric(scaler: Scaler, family: string): Promise<number | undefined> {
  return sumOf(await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text(), family);
}

/** Samples that Prometheus sent, by kind of query, and that it loaded for them. */
interface Counted {
  range: number;
  instant: number;
  loaded: number;
}

/** The part of an answer that is counted. */
interface Answer {
  readonly data: {
    readonly result: readonly { readonly values?: readonly unknown[] }[];
    readonly stats: { readonly samples: { readonly totalQueryableSamples: number } };
  };
}

/** Lets answers pass and counts the samples in them, and those that Prometheus says it loaded for them. */
function counting(counted: Counted): Fault {
  return async (request, response, forward) => {
    const answer = await forward((form) => form.set('stats', 'all'));
    const { data } = JSON.parse(answer.body) as Answer;
    const kind = request.url?.includes('query_range') ? 'range' : 'instant';
    for (const { values } of data.result) counted[kind] += values?.length ?? 1;
    counted.loaded += data.stats.samples.totalQueryableSamples;
    pass(response, answer);
  };
}
