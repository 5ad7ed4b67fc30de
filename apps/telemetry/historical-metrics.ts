import { Gauge, type Registry } from 'prom-client';
import { simulatedLoad } from '../shared/simulated-load.js';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const SAMPLE_SECONDS = 60;
const DAYS = 7;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Load of the simulated past at the weekday evening peak. */
const PEAK_PER_SECOND = 50;

/**
 * Adds the simulated last seven whole days (UTC) of this service as gauges, so that a dashboard has a past to show on
 * the first day:
 * - `app_requests_historical_per_second`: mean of each hour;
 * - `app_requests_historical_peak_per_second`: busiest minute of each day;
 * - `app_requests_historical_day_requests`: requests of each day.
 *
 * `days_ago` is 1 (yesterday) to 7. The past is the same for every start of the same service.
 * @param app the service's name, which also seeds its past
 * @param now gives the current time in seconds since the Unix epoch
 */
export function historicalMetrics(registry: Registry, app: string, now: () => number): void {
  const perDay = ['app', 'days_ago', 'weekday'] as const;
  // prom-client collects one family after the other: whichever comes first brings all three up to date.
  const common = { registers: [registry], collect: refresh };
  const hourly = new Gauge({
    name: 'app_requests_historical_per_second',
    help: 'Simulated past: mean requests per second of the hour.',
    labelNames: [...perDay, 'hour'],
    ...common,
  });
  const peak = new Gauge({
    name: 'app_requests_historical_peak_per_second',
    help: 'Simulated past: requests per second in the busiest minute of the day.',
    labelNames: perDay,
    ...common,
  });
  const total = new Gauge({
    name: 'app_requests_historical_day_requests',
    help: 'Simulated past: requests of the day.',
    labelNames: perDay,
    ...common,
  });
  const load = simulatedLoad({ seed: app, peakPerSecond: PEAK_PER_SECOND });
  let shownDay: number | undefined;

  function refresh(): void {
    const today = Math.floor(now() / DAY_SECONDS);
    if (today === shownDay) return;
    shownDay = today;
    for (const gauge of [hourly, peak, total]) gauge.reset();
    for (let daysAgo = 1; daysAgo <= DAYS; daysAgo++) showDay(today - daysAgo, daysAgo);
  }

  function showDay(day: number, daysAgo: number): void {
    const start = day * DAY_SECONDS;
    const labels = { app, days_ago: String(daysAgo), weekday: weekdays[new Date(start * 1000).getUTCDay()]! };
    let requests = 0;
    let busiest = 0;
    for (let hour = 0; hour < 24; hour++) {
      let hourRequests = 0;
      for (let second = 0; second < HOUR_SECONDS; second += SAMPLE_SECONDS) {
        const perSecond = load(start + hour * HOUR_SECONDS + second).perSecond;
        hourRequests += perSecond * SAMPLE_SECONDS;
        busiest = Math.max(busiest, perSecond);
      }
      hourly.set({ ...labels, hour: String(hour) }, hourRequests / HOUR_SECONDS);
      requests += hourRequests;
    }
    peak.set(labels, busiest);
    total.set(labels, Math.round(requests));
  }
}
