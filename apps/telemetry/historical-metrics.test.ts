import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { historicalMetrics } from './historical-metrics.js';

const wednesdayNoon = Date.UTC(2026, 2, 4, 12) / 1000;

interface Value {
  labels: Record<string, string>;
  value: number;
}

describe('the simulated past as gauges', () => {
  let now = wednesdayNoon;
  const registry = new Registry();
  historicalMetrics(registry, 'app-a', () => now);

  async function values(name: string): Promise<Value[]> {
    const metric = (await registry.getMetricsAsJSON()).find((each) => each.name === name);
    return metric!.values as Value[];
  }

  it('covers each hour of the last seven days with its weekday', async () => {
    now = wednesdayNoon;
    const hours = await values('app_requests_historical_per_second');
    assert.equal(hours.length, 7 * 24);
    const weekdays = Array.from(
      { length: 7 },
      (_, index) => hours.find(({ labels }) => labels.days_ago === String(index + 1))!.labels.weekday,
    );
    assert.deepEqual(weekdays, [
      'tuesday',
      'monday',
      'sunday',
      'saturday',
      'friday',
      'thursday',
      'wednesday',
    ]);
  });

  it('shows business hours, evening peaks and quieter weekends', async () => {
    const hours = await values('app_requests_historical_per_second');
    const at = (weekday: string, hour: number) =>
      hours.find(({ labels }) => labels.weekday === weekday && labels.hour === String(hour))!.value;
    assert.ok(at('tuesday', 10) > 4 * at('tuesday', 3));
    assert.ok(at('tuesday', 20) > at('tuesday', 13));
    const days = await values('app_requests_historical_day_requests');
    const of = (weekday: string) => days.find(({ labels }) => labels.weekday === weekday)!.value;
    assert.ok(of('sunday') < 0.8 * of('tuesday'));
  });

  it('agrees with itself: day totals are the sum of the hours, peaks are above them', async () => {
    const hours = await values('app_requests_historical_per_second');
    const peaks = await values('app_requests_historical_peak_per_second');
    for (const { labels, value } of await values('app_requests_historical_day_requests')) {
      const ofDay = hours
        .filter((hour) => hour.labels.days_ago === labels.days_ago)
        .map((hour) => hour.value);
      assert.equal(Math.round(ofDay.reduce((sum, rate) => sum + rate * 3600, 0)), value);
      const peak = peaks.find((each) => each.labels.days_ago === labels.days_ago)!.value;
      assert.ok(peak >= Math.max(...ofDay));
    }
  });

  it('moves on at midnight', async () => {
    now = wednesdayNoon;
    const yesterday = (await values('app_requests_historical_day_requests'))[0]!;
    now = wednesdayNoon + 86_400;
    const next = await values('app_requests_historical_day_requests');
    assert.equal(next.length, 7);
    assert.equal(next.find(({ labels }) => labels.days_ago === '2')!.value, yesterday.value);
  });
});
