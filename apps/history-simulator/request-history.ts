import { seededRandom } from '../shared/seeded-random.js';
import { simulatedLoad } from '../shared/simulated-load.js';
import { poisson } from './poisson.js';

/** What past to simulate. */
export interface HistoryOptions {
  /** Values of the `app` label, each with a past of its own. */
  apps: readonly string[];
  /** Requests per second of each app at the usual weekday evening peak. */
  peakPerSecond: number;
  /** Time between two samples, as a scrape interval. */
  stepSeconds: number;
  /** First moment of the past, seconds since the Unix epoch; the counters are 0 there. */
  startSeconds: number;
  /** End of the past; no sample lies at or after it. */
  endSeconds: number;
  /** The same seed and options give the same past. */
  seed: string;
}

/** The samples of one UTC day of the past. */
export interface HistoryDay {
  /** The day as `YYYY-MM-DD`. */
  date: string;
  /** An OpenMetrics exposition of `app_requests_total` with timestamps, for promtool. */
  openMetrics: string;
}

/** How an app's requests split over its endpoints. */
const endpoints = [
  { endpoint: '/', method: 'GET', share: 0.7 },
  { endpoint: '/process', method: 'POST', share: 0.3 },
] as const;

const DAY_SECONDS = 86_400;

/**
 * Simulates the counters `app_requests_total{app,endpoint,method,status}` of some apps, day by day, oldest first: the
 * load of {@link simulatedLoad}, with as many requests in each step as independent users would send (Poisson).
 * The series carry `job="history"` and `instance="history"`, so that they never meet those of a live target.
 */
export function* requestHistory(options: HistoryOptions): Generator<HistoryDay> {
  const { startSeconds, endSeconds } = options;
  const series = options.apps.flatMap((app) => seriesOf(app, options));
  let from = startSeconds;
  while (from < endSeconds) {
    const midnight = (Math.floor(from / DAY_SECONDS) + 1) * DAY_SECONDS;
    const to = Math.min(midnight, endSeconds);
    const samples = series.map((writeUntil) => writeUntil(to)).join('');
    yield {
      date: new Date(from * 1000).toISOString().slice(0, 10),
      openMetrics: `# HELP app_requests Requests answered.\n# TYPE app_requests counter\n${samples}# EOF\n`,
    };
    from = to;
  }
}

/** The series of one app; each gives its sample lines from where it stopped up to, not including, a moment. */
function seriesOf(app: string, options: HistoryOptions): ((untilSeconds: number) => string)[] {
  const { peakPerSecond, stepSeconds, startSeconds, seed } = options;
  const load = simulatedLoad({ seed: `${seed} ${app}`, peakPerSecond });
  return endpoints.flatMap(({ endpoint, method, share }) =>
    (['200', '500'] as const).map((status) => {
      const random = seededRandom(`${seed} ${app} ${endpoint} ${status}`);
      // JSON escapes quotes and backslashes as OpenMetrics does.
      const labels = `app=${JSON.stringify(app)},endpoint="${endpoint}",method="${method}",status="${status}"`;
      const head = `app_requests_total{${labels},instance="history",job="history"}`;
      let second = startSeconds;
      let requests = 0;
      return (untilSeconds: number) => {
        let lines = '';
        for (; second < untilSeconds; second += stepSeconds) {
          lines += `${head} ${requests} ${second}\n`;
          const { perSecond, errorShare } = load(second + stepSeconds / 2);
          const statusShare = status === '500' ? errorShare : 1 - errorShare;
          requests += poisson(perSecond * stepSeconds * share * statusShare, random);
        }
        return lines;
      };
    }),
  );
}
