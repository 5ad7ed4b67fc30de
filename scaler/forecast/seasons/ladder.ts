import type { Stage } from '../types.js';
import { DAY_SECONDS } from './local-time.js';

const WEEK_SECONDS = 7 * DAY_SECONDS;

/** The stage that a history has reached. */
interface Rung {
  readonly stage: Stage;
  /** Seconds of history still missing for the next stage; 0 on the last one. */
  readonly nextStageInSeconds: number;
  /** The wanted seasons that the history is long enough to learn, in seconds. */
  readonly periods: readonly number[];
}

/** Seconds of history from which a trend can be forecast: two horizons and two steps. */
export function trendNeedsSeconds(horizonSeconds: number, stepSeconds: number): number {
  return 2 * horizonSeconds + 2 * stepSeconds;
}

/** Seconds of history that a season needs: one period to learn it from, and half a period (a day at most) to measure it on. */
export function seasonNeedsSeconds(
  periodSeconds: number,
  horizonSeconds: number,
  stepSeconds: number,
): number {
  return (
    periodSeconds +
    Math.max(Math.min(periodSeconds / 2, DAY_SECONDS), trendNeedsSeconds(horizonSeconds, stepSeconds))
  );
}

/**
 * The stages: `observed` until there is enough history for a trend, then `trend`, then `daily` and `weekly` seasons.
 *
 * @param historySeconds From the first known step to the end of the series.
 * @param wantedPeriods Season lengths in seconds, ascending. Those that do not fit the window are left out, so that
 * no stage is announced that is never reached.
 * @param windowSeconds The longest history that there will ever be.
 */
export function climb(
  historySeconds: number,
  horizonSeconds: number,
  stepSeconds: number,
  wantedPeriods: readonly number[],
  windowSeconds = Number.POSITIVE_INFINITY,
): Rung {
  const trendNeeds = trendNeedsSeconds(horizonSeconds, stepSeconds);
  const seasonNeeds = (period: number) => seasonNeedsSeconds(period, horizonSeconds, stepSeconds);
  const wanted = wantedPeriods.filter(
    (period) => period >= 2 * stepSeconds && seasonNeeds(period) <= windowSeconds,
  );
  const periods = wanted.filter((period) => historySeconds >= seasonNeeds(period));
  const missing = wanted.find((period) => historySeconds < seasonNeeds(period));
  const hasTrend = historySeconds >= trendNeeds;
  const nextNeeds = hasTrend ? (missing === undefined ? historySeconds : seasonNeeds(missing)) : trendNeeds;
  return {
    stage: hasTrend ? stageOf(periods) : 'observed',
    nextStageInSeconds: Math.max(0, nextNeeds - historySeconds),
    periods: hasTrend ? periods : [],
  };
}

/** A season of a week or longer is called weekly, any other daily: the name is that of the stage, not of the period. */
function stageOf(periods: readonly number[]): Stage {
  if (periods.length === 0) return 'trend';
  return periods.some((period) => period >= WEEK_SECONDS) ? 'weekly' : 'daily';
}

/** Seasons that are tried when the user names none. */
export const AUTOMATIC_PERIODS: readonly number[] = [DAY_SECONDS, WEEK_SECONDS];
