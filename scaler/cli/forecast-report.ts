import asciichart from 'asciichart';
import { effectText } from '../calendar/effects.js';
import type { FittedModel, Forecast, Series } from '../forecast/index.js';
import { utcOffsetSeconds } from '../forecast/seasons/local-time.js';
import { type EffectiveEvent, likeText } from '../planner/events.js';
import { formatDuration } from '../shared/duration.js';
import { textTable } from '../shared/text-table.js';

/** A forecast and what it was made from, for printing. */
export interface ForecastReport {
  readonly title: string;
  /** The history that the model learned from. */
  readonly learned: Series;
  readonly model: FittedModel;
  readonly ahead: Forecast;
  /** Quantiles in the order of `ahead.quantiles`. */
  readonly quantiles: readonly number[];
  /** Events within the horizon; undefined where no calendar is known. */
  readonly events: readonly EffectiveEvent[] | undefined;
}

const CHART_WIDTH = 72;
const CHART_HEIGHT = 12;
const LABEL_WIDTH = 10;

/** The forecast for people: accuracy of the model, a chart of past and future, a row for each step. */
export function reportText({ title, learned, model, ahead, quantiles, events }: ForecastReport): string {
  return [
    `${title}: ${learned.values.length} steps of ${formatDuration(model.stepSeconds)} up to ${localTime(model.endSeconds, model.timezone)}`,
    ...qualityLines(model, ahead),
    ...(events ?? []).map((event) => eventLine(event, model.timezone)),
    '',
    chart(learned, ahead),
    '',
    ...table(model, ahead, quantiles),
    '',
    ...quantiles.map(
      (q, i) =>
        `highest load over the horizon stays at or below ${number(ahead.peaks[i]!)} with probability ${q}`,
    ),
    '',
  ].join('\n');
}

/** The same for programs. */
export function reportJson({ learned, model, ahead, quantiles, events }: ForecastReport): object {
  return {
    start: ahead.startSeconds,
    step: ahead.stepSeconds,
    learntSteps: learned.values.length,
    stage: model.stage,
    nextStageInSeconds: model.nextStageInSeconds,
    guarded: ahead.guarded,
    quality: model.quality,
    mean: [...ahead.mean],
    quantiles: Object.fromEntries(quantiles.map((q, i) => [String(q), [...ahead.quantiles[i]!]])),
    peaks: Object.fromEntries(quantiles.map((q, i) => [String(q), ahead.peaks[i]!])),
    members: model.mean.members.map(({ name, form, parameters }, i) => ({
      name,
      form,
      parameters,
      weights: model.mean.weights.map((row) => row[i]!),
    })),
    measuredAtSteps: model.mean.measuredAt,
    ...(events && { events }),
  };
}

function eventLine(
  { name, startSeconds, endSeconds, effects, like }: EffectiveEvent,
  timezone: string,
): string {
  const [from, to] = [startSeconds, endSeconds].map((at) => localTime(at, timezone));
  const effect = [effectText(effects, timezone), ...(like ? [likeText(like, timezone)] : [])].join(', ');
  return `event: ${name} (${effect}), ${from} to ${to}`;
}

function qualityLines({ stage, nextStageInSeconds, quality }: FittedModel, { guarded }: Forecast): string[] {
  const next =
    nextStageInSeconds > 0 ? `; ${formatDuration(nextStageInSeconds)} of history to the next stage` : '';
  const lines = [`stage: ${stage}${next}`];
  if (quality.samples > 0)
    lines.push(
      `peak over the horizon, ${quality.samples} past forecasts: mean error at the quantile ${number(quality.modelError)}, of "last value" ${number(quality.lastValueError)}; coverage ${quality.coverage.toFixed(2)}`,
    );
  if (guarded)
    lines.push(
      'guarded: the model does not clearly beat "last value" here, or the load stays away that it forecasts; the last value has the larger share in the peak',
    );
  return lines;
}

/**
 * The newest steps and the forecast after them. Where there are more steps than columns, a column is the maximum of its
 * steps. Unknown ones have the height of the one before.
 */
function chart({ values }: Series, { mean }: Forecast): string {
  const shown = Math.min(values.length, Math.max(CHART_WIDTH - mean.length, 3 * mean.length));
  const perColumn = Math.ceil((shown + mean.length) / CHART_WIDTH);
  const past = columnsOf(values.subarray(values.length - shown), perColumn);
  const drawn = [...past, ...columnsOf(mean, perColumn)];
  const known = drawn.filter((value) => Number.isFinite(value));
  const lowest = Math.min(...known);
  const range = Math.max(...known) - lowest || 1;
  // Scaled to the height of the chart, because the library loops over every whole number of the range.
  let height = 0;
  const heights = drawn.map((value) => {
    if (Number.isFinite(value)) height = (CHART_HEIGHT * (value - lowest)) / range;
    return height;
  });
  const label = (at: number) => number(lowest + (at / CHART_HEIGHT) * range).padStart(LABEL_WIDTH);
  const plot = asciichart.plot(heights, { min: 0, max: CHART_HEIGHT, height: CHART_HEIGHT, format: label });
  return `${plot}\n${' '.repeat(LABEL_WIDTH + 1 + past.length)}^ forecast`;
}

function columnsOf(values: Float64Array, perColumn: number): number[] {
  const columns: number[] = [];
  for (let at = 0; at < values.length; at += perColumn) {
    let highest = Number.NaN;
    for (const value of values.subarray(at, at + perColumn)) if (!(value <= highest)) highest = value;
    columns.push(highest);
  }
  return columns;
}

function table(model: FittedModel, ahead: Forecast, quantiles: readonly number[]): string[] {
  const rows = [['time', 'mean', ...quantiles.map((q) => `q${q}`)]];
  ahead.mean.forEach((value, h) => {
    rows.push([
      localTime(ahead.startSeconds + h * ahead.stepSeconds, model.timezone),
      number(value),
      ...ahead.quantiles.map((quantile) => number(quantile[h]!)),
    ]);
  });
  return textTable(rows);
}

/** Local time with its offset from UTC, since clocks that are turned back show an hour twice. */
function localTime(epochSeconds: number, timezone: string): string {
  const offsetSeconds = utcOffsetSeconds(timezone, epochSeconds);
  const isoAt = (seconds: number): string => new Date(seconds * 1000).toISOString();
  const wall = isoAt(epochSeconds + offsetSeconds)
    .slice(0, 19)
    .replace('T', ' ');
  return `${wall}${offsetSeconds < 0 ? '-' : '+'}${isoAt(Math.abs(offsetSeconds)).slice(11, 16)}`;
}

function number(value: number): string {
  return Number(value.toPrecision(5)).toString();
}
