import { smoothNoise, whiteNoise } from '../shared/noise.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Namespace of the demo's ScaledObjects. */
export const DEMO_NAMESPACE = 'demo';

/** A made-up service: its load as a function of time, the same for the same seed, and its target. */
export interface Workload {
  /** Value of the `app` label. */
  readonly app: string;
  /** What makes it interesting, in a few words. */
  readonly description: string;
  /** Epoch seconds before which the service did not exist. @default it always did */
  readonly bornAtSeconds?: number;
  /** Requests per second that one replica should carry. */
  readonly threshold: number;
  /** Requests per second at a moment. */
  requestsPerSecond(atSeconds: number): number;
}

/**
 * The services of the demo, each with another kind of load.
 *
 * @param startSeconds when the demo begins; a UTC midnight plus some hours
 * @param seed changes the noise, not the shapes
 */
export function demoWorkloads(startSeconds: number, seed: number): readonly Workload[] {
  return [
    {
      app: 'shop',
      description: 'daily and weekly rhythm, opens at 09:00 UTC, a flash crowd today',
      threshold: 16,
      requestsPerSecond: shop(startSeconds, seed),
    },
    {
      app: 'office-api',
      description: 'office hours on weekdays, nearly nothing at the weekend',
      threshold: 8,
      requestsPerSecond: officeApi(seed + 1),
    },
    {
      app: 'reports',
      description: 'a burst at every full hour',
      threshold: 6,
      requestsPerSecond: reports(seed + 2),
    },
    {
      app: 'webhooks',
      description: 'no rhythm at all',
      threshold: 10,
      requestsPerSecond: webhooks(seed + 3),
    },
    {
      app: 'search-beta',
      description: 'deployed nine hours ago',
      bornAtSeconds: startSeconds - 9 * HOUR_SECONDS,
      threshold: 8,
      requestsPerSecond: searchBeta(seed + 4),
    },
  ];
}

/** The metadata of the trigger that scales a service, as a user would write it. */
export function triggerMetadata({ app, threshold }: Workload): Readonly<Record<string, string>> {
  return {
    query: `sum(rate(http_requests_total{app="${app}"}[2m]))`,
    threshold: String(threshold),
    predictHorizon: '15m',
    historyTimeWindow: '14d',
    queryStep: '5m',
    metricName: metricNameOf(app),
  };
}

/** Name of the metric by which a service is scaled. */
export const metricNameOf = (app: string): string => `${app}-requests`;

function shop(startSeconds: number, seed: number): (atSeconds: number) => number {
  const mood = smoothNoise(seed, 4 * HOUR_SECONDS);
  const weather = smoothNoise(seed + 100, DAY_SECONDS);
  const jitter = jitterOf(seed + 200, 0.05);
  const crowdAtSeconds = startSeconds - (startSeconds % DAY_SECONDS) + 14.4 * HOUR_SECONDS;
  return (atSeconds) => {
    const hour = hourOfDay(atSeconds);
    const isWeekend = isWeekendDay(atSeconds);
    const open = isWeekend ? ramp(hour, 10, 0.5) : ramp(hour, 9, 0.16);
    const shape =
      0.12 +
      open * (0.4 + 0.18 * bump(hour, 12, 1.4) + 0.5 * bump(hour, 20.5, 1.6)) * (1 - ramp(hour, 23, 0.5));
    const crowd = 0.45 * flash(atSeconds - crowdAtSeconds);
    const level =
      (shape * (isWeekend ? 0.75 : 1) + crowd) * (1 + 0.04 * mood(atSeconds) + 0.05 * weather(atSeconds));
    return 480 * level * jitter(atSeconds);
  };
}

function officeApi(seed: number): (atSeconds: number) => number {
  const mood = smoothNoise(seed, 2 * HOUR_SECONDS);
  const jitter = jitterOf(seed + 100, 0.1);
  return (atSeconds) => {
    const hour = hourOfDay(atSeconds);
    const working = ramp(hour, 8, 0.3) * (1 - ramp(hour, 17.5, 0.4)) * (1 - 0.35 * bump(hour, 12.5, 0.5));
    const level = 0.05 + (isWeekendDay(atSeconds) ? 0.04 : 1) * working;
    return 120 * level * (1 + 0.06 * mood(atSeconds)) * jitter(atSeconds);
  };
}

function reports(seed: number): (atSeconds: number) => number {
  const sizes = whiteNoise(seed);
  const jitter = jitterOf(seed + 100, 0.3);
  return (atSeconds) => {
    const hour = Math.floor(atSeconds / HOUR_SECONDS);
    const sinceFullHour = atSeconds - hour * HOUR_SECONDS;
    const burst = sinceFullHour < 480 ? 60 * (0.9 + 0.2 * sizes(hour)) : 0;
    return burst + 12 * jitter(atSeconds);
  };
}

function webhooks(seed: number): (atSeconds: number) => number {
  const slow = smoothNoise(seed, 7 * HOUR_SECONDS);
  const quick = smoothNoise(seed + 100, 0.4 * HOUR_SECONDS);
  const jitter = jitterOf(seed + 200, 0.15);
  return (atSeconds) =>
    50 * Math.exp(0.7 * slow(atSeconds * 1.13) + 0.4 * quick(atSeconds)) * jitter(atSeconds);
}

function searchBeta(seed: number): (atSeconds: number) => number {
  const mood = smoothNoise(seed, HOUR_SECONDS);
  const jitter = jitterOf(seed + 100, 0.1);
  return (atSeconds) =>
    (40 + 25 * bump(hourOfDay(atSeconds), 15, 4)) * (1 + 0.1 * mood(atSeconds)) * jitter(atSeconds);
}

/** A factor around 1 that changes every 15 seconds, within a range of the width `share`. */
function jitterOf(seed: number, share: number): (atSeconds: number) => number {
  const noise = whiteNoise(seed);
  return (atSeconds) => 1 + share * (noise(Math.floor(atSeconds / 15)) - 0.5);
}

function hourOfDay(atSeconds: number): number {
  return (atSeconds % DAY_SECONDS) / HOUR_SECONDS;
}

/** The epoch began on a Thursday: days 2 and 3 of each seven are Saturday and Sunday. */
function isWeekendDay(atSeconds: number): boolean {
  const day = Math.floor(atSeconds / DAY_SECONDS) % 7;
  return day === 2 || day === 3;
}

/** Rises from 0 to 1 around `centre`, mostly within `width` hours. */
function ramp(hour: number, centre: number, width: number): number {
  return 1 / (1 + Math.exp((-4 * (hour - centre)) / width));
}

function bump(hour: number, centre: number, width: number): number {
  return Math.exp(-0.5 * ((hour - centre) / width) ** 2);
}

/** A crowd that arrives within minutes and leaves within the hour. */
function flash(sinceSeconds: number): number {
  if (sinceSeconds < 0) return 0;
  return Math.min(1, sinceSeconds / 240) * Math.exp(-Math.max(0, sinceSeconds - 600) / 1500);
}
