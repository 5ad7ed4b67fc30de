import assert from 'node:assert/strict';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { type Fault, FaultProxy, pass } from '../support/fault-proxy.js';
import { RecordedLog } from '../support/recorded-log.js';
import { tuned } from '../support/tuned.js';
import {
  openMetricsFamily,
  type Sample,
  WEDNESDAY_SECONDS,
  workloadAt,
} from '../support/workload-openmetrics.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START_SECONDS = WEDNESDAY_SECONDS + 2 * HOUR;

/** When the workload runs that has no series at night. */
const isDay = (at: number) => at % DAY >= 6 * HOUR && at % DAY < 22 * HOUR;
/** Prometheus itself was down once, from the middle of a day to the middle of a night. */
const OUTAGE_FROM = START_SECONDS - 5 * DAY + 12 * HOUR;
const isOutage = (at: number) => at >= OUTAGE_FROM && at < OUTAGE_FROM + 12 * HOUR;

describe('the scaler while the present is known and the past is not', function () {
  this.timeout(120_000);
  const recorded = new RecordedLog();
  const scalers: Scaler[] = [];
  let prometheus: PrometheusServer;
  let proxy: FaultProxy;

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
    proxy = await FaultProxy.start(prometheus.address);
  });
  afterEach(async () => {
    for (const scaler of scalers.splice(0)) await scaler.stop();
    proxy.inject(undefined);
  });
  after(async () => {
    await proxy?.close();
    await prometheus?.close();
  });

  /** A scaler at a moment, and what can be seen of it from outside. */
  async function start({ atSeconds = START_SECONDS, speed = 30, timeoutSeconds = 30 } = {}) {
    const clock = new AcceleratedClock(atSeconds, speed);
    const config = tuned(
      loadConfig({
        environment: {
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PROMETHEUS_ADDRESS: proxy.address,
        },
      }),
      {
        // By the accelerated clock: a slow machine must not run out of it.
        firstAnswerWaitSeconds: 3600,
      },
    );
    const main = config.sources.named.default!;
    const named = { default: { ...main, timeoutSeconds } };
    const scaler = await startScaler(
      { ...config, sources: { ...config.sources, named } },
      { clock, log: recorded.log },
    );
    scalers.push(scaler);
    const page = `http://127.0.0.1:${scaler.httpPort}`;
    const ask = async (name: string, query = name, further: Record<string, string> = {}) => {
      const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
      try {
        return await keda.read(name, 'apps', {
          query,
          threshold: '10',
          historyTimeWindow: '6d',
          predictHorizon: '1h',
          ...further,
        });
      } finally {
        keda.close();
      }
    };
    return {
      clock,
      ask,
      state: async (name: string) => {
        const { triggers } = (await (await fetch(`${page}/api/triggers`)).json()) as {
          triggers: Record<string, unknown>[];
        };
        return triggers.find(({ scaledObject }) => scaledObject === name)!;
      },
      metrics: async () => await (await fetch(`${page}/metrics`)).text(),
    };
  }

  const historyErrorOf = async (name: string) =>
    String(
      await pollUntil('a line about the history', () =>
        recorded.lines.find((line) => line.scaledObject === name && line.historyError !== undefined),
      ).then((line) => line.historyError),
    );

  it('answers a load whose range gives two series for most of the time, and says so', async () => {
    const { ask, state, metrics } = await start();
    const { metric, active } = await ask('several');
    assert.deepEqual([metric, active], [42, true]);
    assert.equal((await state('several')).reason, 'no-history');
    assert.match(await historyErrorOf('several'), /gives 2 series .*pod="a".*pod="b".*sum\(/);
    assert.match(await metrics(), /predictive_scaler_history_error\{[^}]*kind="rejected"[^}]*\} 1/);
  });

  it('still refuses a query that gives several series now', async () => {
    const { ask } = await start();
    await assert.rejects(ask('two-now', 'two_now'), /gives 2 series/);
  });

  it('answers a load whose ranges are refused, and forecasts as soon as they are not', async () => {
    proxy.inject(
      onRanges((_request, response) => {
        const error = 'expanding series: too heavy for now';
        response
          .writeHead(422, { 'content-type': 'application/json' })
          .end(JSON.stringify({ status: 'error', errorType: 'execution', error }));
      }),
    );
    const { ask, state, clock } = await start();
    const { metric } = await ask('refused', 'steady');
    assert.ok(Math.abs(metric - workloadAt(clock.nowSeconds())) < 20, `${metric}`);
    assert.equal((await state('refused')).reason, 'no-history');
    assert.match(await historyErrorOf('refused'), /expanding series/);
    proxy.inject(undefined);
    await pollUntil('a forecast', async () => (await state('refused')).stage === 'daily', {
      timeoutSeconds: 60,
    });
  });

  it('answers a load whose ranges time out, keeps the parts that came, and asks for less and more seldom', async () => {
    const tooLong: string[] = [];
    const inTime = new Map<string, number>();
    proxy.inject(
      onRanges(async (_request, response, forward) => {
        let isSlow = false;
        const answer = await forward((form) => {
          const [from, end] = [Number(form.get('start')), Number(form.get('end'))];
          isSlow = end - from > 12 * HOUR;
          const part = `${form.get('query')?.slice(0, 3)} ${from - START_SECONDS}..${end - START_SECONDS}`;
          if (isSlow) tooLong.push(part);
          else inTime.set(part, (inTime.get(part) ?? 0) + 1);
        });
        if (!isSlow) pass(response, answer);
      }),
    );
    const { ask, state } = await start({ timeoutSeconds: 1 });
    const { metric } = await ask('slow', 'steady');
    assert.ok(metric > 0);
    assert.match(
      await historyErrorOf('slow'),
      /did not answer within 1 s.*of history at once; the next try asks for up to/,
    );
    await pollUntil('a model', async () => (await state('slow')).stage === 'daily', { timeoutSeconds: 90 });
    // 6 days, 3 days, 36 h and 18 h, for mean and maximum.
    assert.ok(tooLong.length <= 8, tooLong.join(', '));
    assert.ok(inTime.size >= 2 * 12, `${inTime.size} parts`);
    const twice = [...inTime].filter(([, times]) => times > 1);
    assert.deepEqual(twice, [], 'what came is not asked for again');
  });

  it('forecasts as soon as a history that came empty at first is there', async () => {
    proxy.inject(changedRanges(() => []));
    const { ask, state } = await start();
    await ask('loading', 'steady');
    assert.equal((await state('loading')).status, 'warming-up');
    proxy.inject(undefined);
    await pollUntil('a forecast', async () => {
      await ask('loading', 'steady');
      return (await state('loading')).stage === 'daily';
    });
  });

  it('takes in what is put before its history later, for triggers that run and for new ones', async () => {
    const newFrom = START_SECONDS - 2 * HOUR;
    const ranges: { query: string; evaluations: number }[] = [];
    proxy.inject(
      changedRanges(
        (values) => values.filter(([at]) => at > newFrom),
        (form) => ranges.push({ query: form.get('query')!, evaluations: evaluationsOf(form) }),
      ),
    );
    const { ask, state, clock } = await start({ speed: 200 });
    await ask('before', 'steady');
    assert.equal((await state('before')).status, 'warming-up');
    // The pauses between two looks are as long as they get.
    await pollUntil('two hours', async () => {
      await ask('before', 'steady');
      return clock.nowSeconds() > START_SECONDS + 2 * HOUR;
    });
    const asked = ranges.filter(({ query }) => query.includes('steady'));
    const whole = asked.filter(({ evaluations }) => evaluations > 500);
    const looks = asked.filter(({ evaluations }) => evaluations > 50 && evaluations <= 500);
    assert.equal(whole.length, 2, 'mean and maximum of the whole history are asked for once');
    assert.ok(looks.length >= 4 && looks.length <= 9, `${looks.length} looks in two hours`);

    proxy.inject(undefined);
    const since = clock.nowSeconds();
    await pollUntil('a forecast', async () => {
      for (const name of ['before', 'after']) await ask(name, 'steady');
      return (await state('before')).stage === 'daily' && (await state('after')).stage === 'daily';
    });
    assert.ok(clock.nowSeconds() - since < HOUR / 2, 'a new trigger does not wait for the next pause to end');
  });

  it('forecasts a series whose labels changed with a restart', async () => {
    const { ask, state } = await start();
    await ask('restarted');
    const { reason } = await pollUntil('a model', async () => {
      const now = await state('restarted');
      return now.stage === 'daily' && now;
    });
    assert.match(String(reason), /forecast|observed/);
  });

  it('sleeps while a workload without a series at night does, and wakes it a horizon before the morning', async () => {
    const night = await start({ speed: 1 });
    const asleep = await night.ask('nightly', 'nightly', { ignoreNullValues: 'true' });
    // Four hours before the load, and an outage of Prometheus must not make zeros of a day.
    assert.ok(asleep.metric < 10, `answered ${asleep.metric} in the night`);
    const morning = await start({ atSeconds: START_SECONDS + 3 * HOUR + 10 * MINUTE, speed: 1 });
    const awake = await morning.ask('nightly', 'nightly', { ignoreNullValues: 'true' });
    assert.ok(awake.metric > 80 && awake.active, `answered ${awake.metric} fifty minutes before the load`);
  });
});

/** A fault that meets range queries only. */
function onRanges(fault: Fault): Fault {
  return async (request, response, forward) => {
    if (request.url?.includes('query_range')) await fault(request, response, forward);
    else pass(response, await forward());
  };
}

/** Range queries are answered with a part of their samples. */
function changedRanges(
  change: (values: [number, string][]) => [number, string][],
  onRequest: (form: URLSearchParams) => void = () => {},
): Fault {
  return onRanges(async (_request, response, forward) => {
    const answer = await forward(onRequest);
    const envelope = JSON.parse(answer.body);
    const result = envelope.data.result
      .map((series: { values: [number, string][] }) => ({ ...series, values: change(series.values) }))
      .filter(({ values }: { values: unknown[] }) => values.length > 0);
    pass(response, { ...answer, body: JSON.stringify({ ...envelope, data: { ...envelope.data, result } }) });
  });
}

/** How many times the server evaluates what a range query asks, once for each of its steps. */
function evaluationsOf(form: URLSearchParams): number {
  const [from, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name))) as [
    number,
    number,
    number,
  ];
  return (end - from) / step + 1;
}

function* history(): Generator<string> {
  const from = START_SECONDS - 7 * DAY;
  const until = START_SECONDS + 8 * HOUR;
  const middle = START_SECONDS - 3 * DAY;
  function* samples(value: (at: number) => number, keeps = (_at: number) => true): Generator<Sample> {
    for (let at = from; at < until; at += MINUTE) if (keeps(at)) yield [at, value(at)];
  }
  function* series(
    name: string,
    pod: string,
    value: (at: number) => number,
    keeps?: (at: number) => boolean,
  ) {
    for (const [at, one] of samples(value, keeps)) yield `${name}{pod="${pod}"} ${one} ${at}\n`;
  }
  const always42 = () => 42;
  yield* openMetricsFamily('steady', 'gauge', '{app="shop"}', samples(workloadAt));
  yield '# TYPE restarted gauge\n';
  yield* series('restarted', 'a', workloadAt, (at) => at < middle);
  yield* series('restarted', 'b', workloadAt, (at) => at >= middle);
  yield '# TYPE several gauge\n';
  yield* series('several', 'a', always42);
  yield* series('several', 'b', always42, (at) => at < middle);
  yield '# TYPE two_now gauge\n';
  yield* series('two_now', 'a', always42);
  yield* series('two_now', 'b', always42);
  yield '# TYPE nightly gauge\n';
  yield* series(
    'nightly',
    'a',
    (at) => 100 + ((at / MINUTE) % 7),
    (at) => isDay(at) && !isOutage(at),
  );
  yield '# TYPE up gauge\n';
  yield* series(
    'up',
    'prometheus',
    () => 1,
    (at) => !isOutage(at),
  );
  yield '# EOF\n';
}
