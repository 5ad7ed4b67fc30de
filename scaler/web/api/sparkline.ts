import { type FittedModel, forecast, type Series } from '../../forecast/index.js';
import type { Sparkline } from './contract.js';
import { known, rfc3339 } from './json-values.js';

const SHORTEST_STEP_SECONDS = 1800;
const HISTORY_POINTS = 48;
const FORECAST_POINTS = 12;

/**
 * The last day and the next six hours in points of half an hour (longer for triggers with longer steps), each the mean
 * of what it covers. The last point of history may be that of a part.
 *
 * @param model undefined leaves the forecast out.
 */
export function sparkline(history: Series, model: FittedModel | undefined): Sparkline | null {
  const { startSeconds, stepSeconds, values } = history;
  if (values.length === 0) return null;
  const pointSeconds = Math.max(1, Math.round(SHORTEST_STEP_SECONDS / stepSeconds)) * stepSeconds;
  const perPoint = pointSeconds / stepSeconds;
  const endPoint = Math.ceil((startSeconds + values.length * stepSeconds) / pointSeconds);
  const firstPoint = Math.max(Math.floor(startSeconds / pointSeconds), endPoint - HISTORY_POINTS);
  const offset = Math.round((firstPoint * pointSeconds - startSeconds) / stepSeconds);
  const coming = model && forecast(model, FORECAST_POINTS * perPoint, []);
  return {
    stepSeconds: pointSeconds,
    historyStartTime: rfc3339(firstPoint * pointSeconds),
    history: Array.from({ length: endPoint - firstPoint }, (_, point) =>
      short(meanOf(values, offset + point * perPoint, offset + (point + 1) * perPoint)),
    ),
    forecastStartTime: coming ? rfc3339(coming.startSeconds) : null,
    forecast: coming
      ? Array.from(
          { length: FORECAST_POINTS },
          (_, point) => short(meanOf(coming.mean, point * perPoint, (point + 1) * perPoint)) ?? 0,
        )
      : [],
  };
}

/** Mean of the known values in `[from, to)`; NaN when there is none. */
function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, from); i < Math.min(values.length, to); i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** Three digits are more than a line of 30 pixels can show. */
function short(value: number): number | null {
  return known(Number(value.toPrecision(3)));
}
