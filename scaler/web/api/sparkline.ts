import { forecast } from '../../forecast/index.js';
import type { Evidence } from '../../planner/types.js';
import type { Sparkline } from './contract.js';
import type { EffectsOf } from './event-views.js';
import { known, meanOfKnown, rfc3339 } from './json-values.js';

const SHORTEST_STEP_SECONDS = 1800;
const HISTORY_POINTS = 48;
const FORECAST_POINTS = 12;

/**
 * Means of the last day and the next six hours, in points of half an hour, or of a step if that is longer. Null for a
 * history shorter than one point.
 */
export function sparkline(
  { history, model }: Pick<Evidence, 'history' | 'model'>,
  effectsOf?: EffectsOf,
): Sparkline | null {
  const { startSeconds, stepSeconds, values } = history;
  if (values.length === 0) return null;
  const pointSeconds = Math.max(1, Math.round(SHORTEST_STEP_SECONDS / stepSeconds)) * stepSeconds;
  const perPoint = pointSeconds / stepSeconds;
  // Counted from the end, so that the newest point is whole.
  const points = Math.min(HISTORY_POINTS, Math.floor(values.length / perPoint));
  if (points === 0) return null;
  const first = values.length - points * perPoint;
  const means = (of: Float64Array, from: number, count: number) =>
    Array.from({ length: count }, (_, point) => {
      const start = from + point * perPoint;
      // Three digits are more than a line of 30 pixels can show.
      return known(Number(meanOfKnown(of.subarray(start, start + perPoint)).toPrecision(3)));
    });
  const steps = FORECAST_POINTS * perPoint;
  const coming = model && forecast(model, steps, [], 0, effectsOf?.(model.endSeconds, steps));
  return {
    stepSeconds: pointSeconds,
    historyStartTime: rfc3339(startSeconds + first * stepSeconds),
    history: means(values, first, points),
    forecastStartTime: coming ? rfc3339(coming.startSeconds) : null,
    forecast: coming ? means(coming.mean, 0, FORECAST_POINTS).map((mean) => mean ?? 0) : [],
  };
}
