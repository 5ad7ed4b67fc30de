import assert from 'node:assert/strict';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { HistoryRecorder } from '../../test/support/history-recorder.js';
import {
  openMetricsFamily,
  type Sample,
  TWO_WEEKS_SECONDS,
  workloadAt,
  workloadOpenMetrics,
  workloadSamples,
} from '../../test/support/workload-openmetrics.js';
import type { Series } from '../forecast/types.js';
import { type HistoryObserver, silentObserver } from '../prometheus/observer.js';
import { sourcesSchema } from '../prometheus/source-config.js';
import type { ScalerError } from '../shared/errors.js';
import { rangeInSlices } from './slices.js';
import { Sources } from './sources.js';
import type { HistorySource } from './types.js';

const STEP = 300;
/** The workload ends at the last full step an hour ago, so that no retention or head block is in the way. */
const end = Math.floor(Date.now() / 1000 / STEP) * STEP - 3600;
const start = end - TWO_WEEKS_SECONDS;

/** One sample a minute for a day, with what goes wrong in real data. */
function* oddFamilies(): Generator<string> {
  const day = end - 86_400;
  const minutes = (keep: (minute: number) => boolean, value: (minute: number) => number): Sample[] =>
    Array.from({ length: 1440 }, (_, minute): Sample => [day + minute * 60, value(minute)]).filter((_, i) =>
      keep(i),
    );
  yield* openMetricsFamily(
    'ratio',
    'gauge',
    '{}',
    minutes(
      () => true,
      (m) => (m < 720 ? m : Number.NaN),
    ),
  );
  yield* openMetricsFamily(
    'holed',
    'gauge',
    '{}',
    minutes(
      (m) => m < 600 || m >= 660,
      (m) => m,
    ),
  );
  yield* openMetricsFamily(
    'zero',
    'gauge',
    '{}',
    minutes(
      () => true,
      () => 0,
    ),
  );
  // What Prometheus writes of each target, for as long as it has run.
  yield* openMetricsFamily(
    'up',
    'gauge',
    '{}',
    minutes(
      () => true,
      () => 1,
    ),
  );
  yield '# TYPE pods gauge\n';
  for (const pod of ['a', 'b', 'c', 'd'])
    for (let at = end - 7200; at < end; at += 60) yield `pods{pod="${pod}"} 1 ${at}\n`;
  // A pod that is replaced at minute 600, and one that is replaced while the other serves on for twelve minutes.
  yield '# TYPE replaced gauge\n';
  for (let m = 0; m < 1440; m++) yield `replaced{pod="${m < 602 ? 'a' : 'b'}"} ${m} ${day + m * 60}\n`;
  yield '# TYPE rolled gauge\n';
  for (let m = 0; m < 612; m++) yield `rolled{pod="a"} ${m} ${day + m * 60}\n`;
  for (let m = 600; m < 1440; m++) yield `rolled{pod="b"} ${m} ${day + m * 60}\n`;
}

function* history(): Generator<string> {
  yield* oddFamilies();
  yield* workloadOpenMetrics({ startSeconds: start, endSeconds: end });
}

/** Mean and maximum of the samples of each step, straight from the samples that Prometheus was filled with. */
function expectedSteps(samples: Iterable<Sample>, from: number, stepSeconds: number) {
  const sums: number[] = [];
  const counts: number[] = [];
  const maxima: number[] = [];
  for (const [seconds, value] of samples) {
    const i = Math.floor((seconds - from) / stepSeconds);
    sums[i] = (sums[i] ?? 0) + value;
    counts[i] = (counts[i] ?? 0) + 1;
    maxima[i] = Math.max(maxima[i] ?? Number.NEGATIVE_INFINITY, value);
  }
  return { means: sums.map((sum, i) => sum / counts[i]!), maxima };
}

function assertClose(actual: Float64Array, expected: readonly number[], within = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs(actual[i]! - value) <= within * Math.abs(value),
      `step ${i}: ${actual[i]}, expected ${value}`,
    );
}

describe('PrometheusSource on a real Prometheus with two weeks of history', () => {
  let prometheus: PrometheusServer;
  let sources: Sources;

  function sourcesFor(address: string, observer: HistoryObserver = silentObserver, changes = {}) {
    return new Sources(
      sourcesSchema.parse({ named: { main: { address, resolution: '15s', ...changes } } }),
      observer,
    );
  }

  const open = (from = sources): HistorySource => from.open({ kind: 'named', name: 'main' }).history;

  function twoWeeks(from = sources): Promise<Required<Series>> {
    const source = open(from);
    const ask = (begin: number, to: number) => source.range('web_load', begin, to, STEP);
    return rangeInSlices(ask, source.sliceSteps(STEP), start, end, STEP);
  }

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
    sources = sourcesFor(prometheus.address);
  });

  after(async () => {
    await sources?.close();
    await prometheus?.close();
  });

  it('gives the mean and the maximum of the samples in each step of two weeks', async () => {
    const series = await twoWeeks();
    const { means, maxima } = expectedSteps(
      workloadSamples({ startSeconds: start, endSeconds: end }),
      start,
      STEP,
    );
    assert.deepEqual([series.startSeconds, series.stepSeconds, series.values.length], [start, STEP, 4032]);
    assertClose(series.values, means);
    assertClose(series.peaks, maxima);
  });

  it('does so for any step and resolution, also those that do not divide each other', async () => {
    for (const [stepSeconds, resolution, usedResolution] of [
      [60, '15s', 15],
      [90, '30s', 30],
      [45, '15s', 15],
      [300, '300s', 300],
      [3600, '15s', 15],
      [120, '45s', 40],
    ] as const) {
      const from = Math.ceil(start / stepSeconds) * stepSeconds;
      const to = from + 50 * stepSeconds;
      const coarse = sourcesFor(prometheus.address, silentObserver, { resolution });
      const series = await open(coarse).range('web_load', from, to, stepSeconds);
      await coarse.close();
      // Evaluated between two samples, Prometheus gives the one before.
      const seen = Array.from({ length: (to - from) / usedResolution }, (_, i): Sample => {
        const at = from + i * usedResolution;
        return [at, workloadAt(Math.floor(at / 15) * 15)];
      });
      const { means, maxima } = expectedSteps(seen, from, stepSeconds);
      assertClose(series.values, means);
      assertClose(series.peaks!, maxima);
    }
  });

  it('reads a query with rate, aggregation and a comment', async () => {
    const from = end - 86_400;
    const series = await open().range('sum(rate(http_requests_total[5m])) # requests', from, end, STEP);
    const load = await open().range('web_load', from, end, STEP);
    // A rate over five minutes lags behind the load and smooths it: alike, not equal.
    const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const ratio = meanOf(series.values) / meanOf(load.values);
    assert.ok(ratio > 0.97 && ratio < 1.03, `ratio ${ratio}`);
  });

  it('slices so that no query has more than 11,000 evaluations, and reads two samples per step', async () => {
    const recorder = new HistoryRecorder();
    const observed = sourcesFor(prometheus.address, recorder);
    await twoWeeks(observed);
    // 20 evaluations a step: 550 steps a slice, so 8 slices for 4,032 steps, for mean and maximum.
    assert.equal(recorder.requests.length, 16);
    assert.ok(recorder.requests.every(({ samples }) => samples <= 550));
    assert.equal(
      recorder.requests.reduce((sum, { samples }) => sum + samples, 0),
      2 * 4032,
    );
    await observed.close();
  });

  it('reads at most two samples per step after warm-up', async () => {
    const recorder = new HistoryRecorder();
    const observed = sourcesFor(prometheus.address, recorder);
    const handle = observed.window({
      source: { kind: 'named', name: 'main' },
      query: 'web_load',
      stepSeconds: STEP,
      historySeconds: 13 * 86_400,
    });
    const warm = end - 86_400 + 30;
    await handle.refresh(warm);
    recorder.requests.length = 0;
    for (let now = warm; now <= end + 30; now += 60) await handle.refresh(now);
    const samples = recorder.requests.reduce((sum, request) => sum + request.samples, 0);
    assert.equal(samples, 2 * 288);
    assert.equal(handle.series().values.length, 13 * 288);
    await observed.close();
  });

  it('gives equal numbers when loaded at once and when loaded step by step', async () => {
    const request = {
      source: { kind: 'named', name: 'main' } as const,
      query: 'web_load',
      stepSeconds: STEP,
      historySeconds: 2 * 86_400,
    };
    const slowly = sources.window(request);
    for (let now = end - 86_400; now < end; now += 4 * 3600) await slowly.refresh(now);
    await slowly.refresh(end + 30);
    const atOnce = sources.window(request);
    await atOnce.refresh(end + 30);
    assert.deepEqual(slowly.series(), atOnce.series());
    slowly.release();
    atOnce.release();
  });

  it('does not take the lookback of Prometheus for data after the newest sample', async () => {
    // Prometheus repeats the last sample for 5 minutes; the hour after it must still end unknown.
    const series = await open().range('web_load', end, end + 3600, STEP);
    assert.deepEqual([...series.values.slice(1)], Array(11).fill(Number.NaN));
  });

  it('tells an empty result from zero', async () => {
    const source = open();
    assert.deepEqual(await source.instant('nothing_of_that_name', end), { value: undefined, atSeconds: end });
    assert.deepEqual(await source.instant('zero', end - 60), { value: 0, atSeconds: end - 60 });
    const nothing = await source.range('nothing_of_that_name', end - 3600, end, STEP);
    assert.deepEqual([...nothing.values], Array(12).fill(Number.NaN));
    const zero = await source.range('zero', end - 3600, end, STEP);
    assert.deepEqual([...zero.values, ...zero.peaks!], Array(24).fill(0));
  });

  it('reads a scalar and the value now', async () => {
    assert.equal((await open().instant('scalar(web_load)', end - 15)).value, [...lastSample()][1]);
    assert.equal((await open().instant('web_load', end - 15)).value, [...lastSample()][1]);
    assert.equal((await open().instant('42', end)).value, 42);
  });

  const lastSample = (): Sample =>
    [...workloadSamples({ startSeconds: end - 15, endSeconds: end, intervalSeconds: 15 })][0]!;

  it('leaves NaN and Inf out, counts them, and says so once', async () => {
    const recorder = new HistoryRecorder();
    const observed = sourcesFor(prometheus.address, recorder);
    const from = end - 86_400;
    const series = await open(observed).range('ratio', from, end, STEP);
    assert.equal(
      series.values.findLastIndex((value) => !Number.isNaN(value)),
      143,
    );
    assert.ok(series.peaks!.slice(144).every(Number.isNaN));
    // 144 steps without a mean and without a maximum.
    assert.equal(recorder.dropped, 288);
    await open(observed).range('ratio', from, end, STEP);
    assert.deepEqual(
      recorder.notices.map(({ topic, subject }) => [topic, subject]),
      [['not-finite', 'ratio']],
    );
    assert.equal((await open(observed).instant('ratio', end - 60)).value, undefined);
    assert.equal((await open(observed).instant('1 / vector(0)', end - 60)).value, undefined);
    await observed.close();
  });

  it('leaves an hour without samples unknown, but for the five minutes that Prometheus bridges', async () => {
    const from = end - 86_400;
    const { values } = await open().range('holed', from, end, STEP);
    // Samples stop with minute 599 and go on with minute 660; the lookback fills step 120 with minute 599.
    assert.deepEqual([...values.slice(119, 134)], [597, 599, ...Array(11).fill(Number.NaN), 662, 667]);
  });

  it('does not take the time before a source was there for a source without a heartbeat', async () => {
    const recorder = new HistoryRecorder();
    const observed = sourcesFor(prometheus.address, recorder);
    const source = { kind: 'named', name: 'main' } as const;
    for (const days of [1, 3]) {
      const historySeconds = days * 86_400;
      const request = { source, query: 'holed', stepSeconds: STEP, historySeconds, ignoreNullValues: true };
      const handle = observed.window(request);
      await handle.refresh(end + 30);
      assert.ok(handle.series().values.includes(0), 'the heartbeat tells the hole from an outage');
    }
    assert.deepEqual(
      recorder.notices.filter(({ topic }) => topic === 'heartbeat'),
      [],
    );
    await observed.close();
  });

  it('refuses several series, shows a few of their label sets, and says what to do', async () => {
    const expected = (error: ScalerError): boolean => {
      assert.equal(error.kind, 'rejected');
      assert.match(error.message, /Prometheus source "main" \(http:\/\/127\.0\.0\.1:\d+\) gives 4 series/);
      assert.match(error.message, /pod="a".*pod="b".*pod="c".* and 1 more.*sum\(\.\.\.\)/);
      assert.doesNotMatch(error.message, /pod="d"/);
      return true;
    };
    await assert.rejects(open().instant('pods', end - 60), expected);
    await assert.rejects(open().range('pods', end - 3600, end, STEP), expected);
    assert.equal((await open().instant('sum(pods)', end - 60)).value, 4);
  });

  it('goes on with a series whose labels change', async () => {
    const from = end - 86_400;
    const { values, peaks } = await open().range('replaced', from, end, STEP);
    // Each step holds five minutes m to m + 4: their mean is m + 2, their maximum m + 4. Prometheus repeats the last
    // sample of the old pod for five minutes, so that for one more step there are two series, and no single value.
    const expected = (offset: number) =>
      Array.from({ length: 288 }, (_, i) => (i === 120 || i === 121 ? 'unknown' : 5 * i + offset));
    const known = (series: Float64Array) =>
      [...series].map((value) => (Number.isNaN(value) ? 'unknown' : Math.round(value * 1e6) / 1e6));
    assert.deepEqual(known(values), expected(2));
    assert.deepEqual(known(peaks!), expected(4));
  });

  it('knows nothing of the minutes in which two series go on side by side', async () => {
    const { values } = await open().range('rolled', end - 86_400, end, STEP);
    const unknown = [...values.keys()].filter((i) => Number.isNaN(values[i]!));
    // Minutes 600 to 611 and the lookback of five: steps 120 to 123.
    assert.ok(unknown.length > 0 && unknown.every((i) => i >= 120 && i <= 123), `${unknown}`);
  });

  it('passes on what Prometheus says of a wrong query', async () => {
    const wrong = { kind: 'rejected', message: /refuses the query \(bad_data\): .*parse error/ };
    await assert.rejects(open().instant('sum(', end), wrong);
    await assert.rejects(open().range('sum(', end - 3600, end, STEP), wrong);
    await assert.rejects(open().instant('"text"', end), { kind: 'rejected', message: /gives text/ });
    await assert.rejects(open().instant('web_load[5m]', end), {
      kind: 'rejected',
      message: /range of samples/,
    });
  });

  it('asks for smaller parts when a query is too much at once', async () => {
    const small = await PrometheusServer.start({
      history: (function* () {
        yield* openMetricsFamily(
          'web_load',
          'gauge',
          '{}',
          workloadSamples({ startSeconds: end - 86_400, endSeconds: end }),
        );
        yield '# EOF\n';
      })(),
      flags: ['--query.max-samples=2000'],
    });
    const recorder = new HistoryRecorder();
    const bounded = sourcesFor(small.address, recorder);
    try {
      const from = end - 86_400;
      const series = await open(bounded).range('web_load', from, end, STEP);
      const samples = workloadSamples({ startSeconds: from, endSeconds: end });
      assertClose(series.values, expectedSteps(samples, from, STEP).means);
      assert.ok(recorder.requests.some(({ outcome }) => outcome === 'refused'));
    } finally {
      await bounded.close();
      await small.close();
    }
  });

  it('keeps a window through a restart of Prometheus, and catches up on the steps in between', async () => {
    const from = end - 7200;
    const own = await PrometheusServer.start({
      history: workloadOpenMetrics({ startSeconds: from, endSeconds: end }),
    });
    const recovering = sourcesFor(own.address, silentObserver, { retries: 0 });
    try {
      const handle = recovering.window({
        source: { kind: 'named', name: 'main' },
        query: 'web_load',
        stepSeconds: STEP,
        historySeconds: 7200,
      });
      await handle.refresh(end - 3600 + 30);
      assert.equal(handle.series().values.length, 12);
      await own.stop();
      await assert.rejects(handle.refresh(end - 1800 + 30), { kind: 'unavailable' });
      assert.equal(handle.series().values.length, 12);
      await own.start();
      await handle.refresh(end + 30);
      const { means, maxima } = expectedSteps(
        workloadSamples({ startSeconds: from, endSeconds: end }),
        from,
        STEP,
      );
      // A window holds single precision.
      assertClose(handle.series().values, means, 1e-7);
      assertClose(handle.series().peaks!, maxima, 1e-7);
    } finally {
      await recovering.close();
      await own.close();
    }
  });

  it('says where it failed while Prometheus is down, and goes on when it is back with its data', async () => {
    const own = await PrometheusServer.start({
      history: workloadOpenMetrics({ startSeconds: end - 7200, endSeconds: end }),
    });
    const recovering = sourcesFor(own.address, silentObserver, { retries: 0 });
    try {
      const before = await open(recovering).range('web_load', end - 3600, end, STEP);
      await own.stop();
      await assert.rejects(open(recovering).range('web_load', end - 3600, end, STEP), {
        kind: 'unavailable',
        message:
          /Prometheus source "main" \(http:\/\/127\.0\.0\.1:\d+\) cannot be reached \(.*ECONNREFUSED.*\); check/,
      });
      await own.start();
      assert.deepEqual(await open(recovering).range('web_load', end - 3600, end, STEP), before);
      await own.stop();
      await own.start({ withEmptyDisk: true });
      assert.equal((await open(recovering).instant('web_load', end - 60)).value, undefined);
    } finally {
      await recovering.close();
      await own.close();
    }
  });
});
