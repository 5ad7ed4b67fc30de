import { type IndexedNoise, smoothNoise, whiteNoise } from '../../scaler/shared/noise.js';
import { hashText } from './seeded-random.js';
import { usualLoadAt } from './weekly-load.js';

const DAY_SECONDS = 86_400;

/** How far a whole day may lie above or below the usual one, as a share. */
const DAY_DEVIATION = 0.06;

/** Noise within a day: how far the load wanders, as a share, and how long one wave of it takes. */
const WANDER_DEVIATION = 0.08;
const WANDER_SECONDS = 600;

/** Share of the days that have an incident. */
const INCIDENT_CHANCE = 0.12;

/** Share of requests that fail on a quiet day, and while a service is in trouble. */
const USUAL_ERROR_SHARE = 0.004;
const OUTAGE_ERROR_SHARE = 0.25;

/** The simulated load at one moment. */
export interface LoadSample {
  /** Mean requests per second. */
  perSecond: number;
  /** Share of them that fails, from 0 to 1. */
  errorShare: number;
}

/**
 * A realistic load over any span of time: the usual week, days that differ a little, noise with minutes of memory,
 * and incidents on about one day in eight (an outage that loses most of the load and fails a quarter of the rest, or a
 * surge that almost doubles it, 10 to 40 minutes long).
 * @param options.seed the same seed gives the same past, whatever span is asked for
 * @param options.peakPerSecond requests per second at the usual weekday evening peak
 * @returns a pure function of the time in seconds since the Unix epoch (read as UTC)
 */
export function simulatedLoad(options: {
  seed: string;
  peakPerSecond: number;
}): (epochSeconds: number) => LoadSample {
  const { peakPerSecond, seed } = options;
  const dayNoise = whiteNoise(hashText(`${seed} day`));
  const wander = smoothNoise(hashText(`${seed} wander`), WANDER_SECONDS);
  const incidents = whiteNoise(hashText(`${seed} incident`));

  return (epochSeconds) => {
    const day = Math.floor(epochSeconds / DAY_SECONDS);
    const dayFactor = 1 + DAY_DEVIATION * (2 * dayNoise(day) - 1);
    const wanderFactor = 1 + WANDER_DEVIATION * wander(epochSeconds);
    const incident = incidentAt(incidents, day, epochSeconds - day * DAY_SECONDS);
    return {
      perSecond: peakPerSecond * usualLoadAt(epochSeconds) * dayFactor * wanderFactor * incident.loadFactor,
      errorShare: incident.errorShare,
    };
  };
}

/** What an incident, or none, does to the load at a second of a day. */
function incidentAt(
  noise: IndexedNoise,
  day: number,
  secondOfDay: number,
): { loadFactor: number; errorShare: number } {
  const chance = (index: number) => noise(day * 8 + index);
  const none = { loadFactor: 1, errorShare: USUAL_ERROR_SHARE };
  if (chance(0) >= INCIDENT_CHANCE) return none;
  const start = (8 + 14 * chance(1)) * 3600;
  const length = 600 + 1800 * chance(2);
  if (secondOfDay < start || secondOfDay >= start + length) return none;
  return chance(3) < 0.5
    ? { loadFactor: 0.15, errorShare: OUTAGE_ERROR_SHARE }
    : { loadFactor: 1.8, errorShare: USUAL_ERROR_SHARE };
}
