import assert from 'node:assert/strict';
import { type HistoryOptions, requestHistory } from './request-history.js';

const start = Date.UTC(2026, 2, 2, 18) / 1000; // Monday 2 March 2026
const options: HistoryOptions = {
  apps: ['app-a', 'app-b'],
  peakPerSecond: 50,
  stepSeconds: 60,
  startSeconds: start,
  endSeconds: start + 2 * 86_400,
  seed: 'test',
};

/** Samples by series, oldest first, of all days. */
function samplesOf(history: Iterable<{ openMetrics: string }>) {
  const samples = new Map<string, { value: number; second: number }[]>();
  for (const { openMetrics } of history)
    for (const line of openMetrics.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      const [series, value, second] = line.split(' ') as [string, string, string];
      if (!samples.has(series)) samples.set(series, []);
      samples.get(series)!.push({ value: Number(value), second: Number(second) });
    }
  return samples;
}

describe('a simulated request history', () => {
  it('comes as one exposition per UTC day, each complete', () => {
    const days = [...requestHistory(options)];
    assert.deepEqual(
      days.map(({ date }) => date),
      ['2026-03-02', '2026-03-03', '2026-03-04'],
    );
    for (const { openMetrics } of days) {
      assert.match(openMetrics, /^# HELP app_requests .*\n# TYPE app_requests counter\n/);
      assert.match(openMetrics, /\n# EOF\n$/);
    }
  });

  it('has a sample at every step of every series, in the span asked for', () => {
    const samples = samplesOf(requestHistory(options));
    assert.equal(samples.size, 2 * 4, 'two apps, two endpoints, two statuses');
    for (const series of samples.values())
      assert.deepEqual(
        series.map(({ second }) => second),
        Array.from({ length: 2880 }, (_, index) => start + index * 60),
      );
  });

  it('counts up from 0 in whole requests and never down', () => {
    for (const series of samplesOf(requestHistory(options)).values()) {
      assert.equal(series[0]!.value, 0);
      for (let index = 1; index < series.length; index++) {
        assert.ok(Number.isInteger(series[index]!.value));
        assert.ok(series[index]!.value >= series[index - 1]!.value);
      }
    }
  });

  it('is busy in the evening and quiet at night', () => {
    const samples = samplesOf(requestHistory({ ...options, apps: ['app-a'] }));
    const countAt = (second: number) =>
      [...samples.values()].reduce(
        (sum, series) => sum + series.find((sample) => sample.second === second)!.value,
        0,
      );
    const hourFrom = (second: number) => (countAt(second + 3600) - countAt(second)) / 3600;
    const evening = hourFrom(start + 25.5 * 3600); // Tuesday 19:30 to 20:30
    const night = hourFrom(start + 33 * 3600); // Wednesday 03:00 to 04:00
    assert.ok(evening > 35 && evening < 65, `${evening} requests per second in the evening`);
    assert.ok(night > 2.5 && night < 7.5, `${night} requests per second at night`);
  });

  it('is the same for the same seed and another one for another', () => {
    const text = (seed: string) =>
      [...requestHistory({ ...options, seed })].map((day) => day.openMetrics).join('');
    assert.equal(text('one'), text('one'));
    assert.notEqual(text('one'), text('two'));
  });
});
