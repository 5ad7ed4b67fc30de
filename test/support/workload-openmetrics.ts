import { whiteNoise } from '../../scaler/shared/noise.js';

/** Two weeks, as much as daily and weekly seasons need. */
export const TWO_WEEKS_SECONDS = 14 * 86_400;

/**
 * 2026-03-04T00:00:00Z, a Wednesday. Pasts that end on this day hold the same days of the week whenever a test runs, so
 * that its outcome does not depend on the calendar.
 */
export const WEDNESDAY_SECONDS = 1_772_582_400;

/** Which part of the workload, and how finely. */
export interface WorkloadOptions {
  /** Epoch seconds of the first sample. */
  readonly startSeconds: number;
  /** Epoch seconds after the last sample. */
  readonly endSeconds: number;
  /** Seconds between samples, as a scrape interval. */
  readonly intervalSeconds?: number;
  /** Another seed gives other noise on the same rhythm. */
  readonly seed?: number;
}

/** One sample: epoch seconds and value. */
export type Sample = readonly [seconds: number, value: number];

/**
 * Requests per second of a web shop at a moment: busiest in the evening, quiet at weekends, with noise of a few per
 * cent and, every Thursday at noon UTC, ten minutes of a flash crowd. Depends on the moment and the seed alone.
 */
export function workloadAt(seconds: number, seed = 1): number {
  const hour = (seconds / 3600) % 24;
  // 1970-01-01 was a Thursday, so day 0 is a Thursday and days 2 and 3 are the weekend.
  const weekday = Math.floor(seconds / 86_400) % 7;
  const daily =
    1 + 0.6 * Math.sin(((hour - 13) / 24) * 2 * Math.PI) + 0.2 * Math.sin((hour / 12) * 2 * Math.PI);
  const weekly = weekday === 2 || weekday === 3 ? 0.6 : 1;
  const crowd = weekday === 0 && hour >= 12 && hour < 12 + 1 / 6 ? 2.5 : 1;
  const noise = 1 + 0.08 * (whiteNoise(seed)(seconds) - 0.5);
  return Math.round(200 * daily * weekly * crowd * noise * 1000) / 1000;
}

/** The workload's samples, oldest first. */
export function* workloadSamples({
  startSeconds,
  endSeconds,
  intervalSeconds = 15,
  seed,
}: WorkloadOptions): Generator<Sample> {
  for (let seconds = startSeconds; seconds < endSeconds; seconds += intervalSeconds)
    yield [seconds, workloadAt(seconds, seed)];
}

/**
 * The workload as OpenMetrics text for `promtool tsdb create-blocks-from openmetrics`:
 * - gauge `web_load{app="shop"}`, the requests per second themselves;
 * - counter `http_requests_total{app="shop", instance="a" | "b"}`, whose rates add up to the load, 60 and 40 per cent.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function* workloadOpenMetrics(options: WorkloadOptions): Generator<string> {
  yield* openMetricsFamily('web_load', 'gauge', '{app="shop"}', workloadSamples(options));
  yield '# TYPE http_requests counter\n';
  for (const [instance, share] of [
    ['a', 0.6],
    ['b', 0.4],
  ] as const)
    yield* openMetricsLines(
      `http_requests_total{app="shop",instance="${instance}"}`,
      counted(workloadSamples(options), share, options.intervalSeconds ?? 15),
    );
  yield '# EOF\n';
}

/** A metric family with one series; "# EOF" must still follow at the end of the text. */
export function* openMetricsFamily(
  name: string,
  type: 'gauge' | 'counter',
  labels: string,
  samples: Iterable<Sample>,
): Generator<string> {
  yield `# TYPE ${name} ${type}\n`;
  yield* openMetricsLines(`${name}${labels}`, samples);
}

function* openMetricsLines(series: string, samples: Iterable<Sample>): Generator<string> {
  for (const [seconds, value] of samples) yield `${series} ${value} ${seconds}\n`;
}

function* counted(samples: Iterable<Sample>, share: number, intervalSeconds: number): Generator<Sample> {
  let total = 0;
  for (const [seconds, load] of samples) {
    total += Math.round(load * share * intervalSeconds);
    yield [seconds, total];
  }
}
