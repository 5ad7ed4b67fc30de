import uPlot from 'uplot';
import { amountAxis, color, timeAxis, WHOLE_STEPS } from '../../page-kit/chart.js';
import { type Line, LineChart, type TimeRange } from '../../page-kit/line-chart.js';
import type { LegendEntry } from '../../page-kit/line-legend.js';
import type { NamedSpan } from '../../page-kit/named-spans.js';
import { load } from '../../page-kit/numbers.js';
import { type Box, LINE_PIXELS, PLOT_FONT, type Place, type Plot, writeBeside } from '../../page-kit/plot.js';
import type { EventView, HistoryChart, Known, TriggerDetail } from '../api/contract.js';
import { count, epochSeconds, local, localAndUtc } from './format.js';

/** The edges of the band are first, to be below the rest. */
const LINES = [
  { name: 'upper', part: 'band', color: 'band-edge', look: { width: 0 } },
  { name: 'lower', part: 'band', color: 'band-edge', look: { width: 0 } },
  { name: 'highest', look: { width: 1 } },
  { name: 'answered' },
  { name: 'past', look: { dash: [2, 3] } },
  { name: 'pastUpper', part: 'past', color: 'past-upper', look: { dash: [2, 5], width: 1 } },
  { name: 'mean', color: 'history', look: { width: 2 } },
  { name: 'forecast', look: { width: 2, dash: [6, 3] } },
  {
    name: 'miss',
    look: {
      width: 0,
      points: { show: true, size: 6, width: 0, fill: () => color('miss'), stroke: () => color('miss') },
    },
  },
] as const satisfies readonly Line[];

type LineName = (typeof LINES)[number]['name'];

const LEGEND = [
  { key: 'mean', label: 'Load', hint: 'Mean load of each step' },
  { key: 'highest', label: 'Highest load', hint: 'Highest load inside each step' },
  { key: 'forecast', label: 'Forecast', hint: 'Expected mean of each coming step' },
  {
    key: 'band',
    label: 'Band',
    hint: 'Where the mean of a coming step is expected to lie',
    color: 'band',
    swatch: 'area',
    valuesOf: ['lower', 'upper'],
  },
  { key: 'answered', label: 'Answered', hint: 'What KEDA was answered' },
  {
    key: 'past',
    label: 'Forecast then',
    hint: 'What had been forecast one horizon earlier',
    swatch: 'dotted',
  },
  { key: 'miss', label: 'Misses', hint: 'Load above the band that had been forecast for it', swatch: 'dot' },
] as const satisfies readonly LegendEntry[];

/** Width of the axis of replicas, with its label. */
export const REPLICA_AXIS_PIXELS = 62;
const REPLICA_LABEL_PIXELS = 16;

/** The past, current and coming load, with earlier forecasts and an axis of replicas. */
export class LoadChart {
  readonly chart: LineChart;
  #detail: TriggerDetail | undefined;

  /** @param onZoom called when the viewer has chosen a span in the chart */
  constructor(onZoom: (range: TimeRange) => void) {
    const threshold = () => this.#detail!.settings.threshold;
    this.chart = new LineChart({
      kind: 'load',
      heightPixels: () => (innerWidth < 700 ? 260 : 360),
      lines: LINES,
      legend: LEGEND,
      amount: load,
      place: localAndUtc,
      invitation: 'Point for values, drag to zoom',
      spans: () => this.#detail?.events.map(spanOf) ?? [],
      onZoom,
      drawUnder: (plot) => this.#drawComing(plot),
      drawOver: (plot, taken) => this.#drawNow(plot, taken),
      more: {
        padding: [12, 0, 0, 0],
        scales: {
          y: { range: (_chart, _min, max) => [0, Math.max(max * 1.06, threshold() * 0.5)] },
          replicas: { from: 'y', range: (_chart, min, max) => [min / threshold(), max / threshold()] },
        },
        bands: [{ series: [1, 2], fill: () => color('band') }],
        axes: [
          timeAxis(local),
          amountAxis(load, { size: 52, grid: { show: false } }),
          amountAxis(count, {
            scale: 'replicas',
            side: 1,
            size: REPLICA_AXIS_PIXELS - REPLICA_LABEL_PIXELS,
            incrs: WHOLE_STEPS,
            grid: { stroke: () => color('line'), width: 1, dash: [3, 4] },
            label: 'replicas',
            labelSize: REPLICA_LABEL_PIXELS,
            labelFont: PLOT_FONT,
            labelGap: 0,
          }),
        ],
      },
    });
  }

  /** Shows new data in the same range. */
  show(detail: TriggerDetail): void {
    this.#detail = detail;
    this.chart.show(dataOf(detail), describe(detail));
  }

  /** Shades the horizon, within which the forecast decides the answer. */
  #drawComing({ ctx, width, height, x }: Plot): void {
    const { time, forecast } = this.#detail!;
    if (!forecast) return;
    const now = Math.max(0, x(epochSeconds(time)));
    const end = Math.min(width, x(epochSeconds(forecast.horizonEndTime)));
    ctx.fillStyle = color('horizon');
    ctx.fillRect(now, 0, Math.max(0, end - now), height);
  }

  /** Marks now and the coming peak. @param taken where there is other text */
  #drawNow(plot: Plot, taken: Box[]): void {
    const { time, summary, forecast } = this.#detail!;
    const { ctx, width, height } = plot;
    const now = plot.x(epochSeconds(time));
    if (now >= 0 && now <= width) {
      ctx.fillStyle = color('muted');
      ctx.fillRect(now - 0.5, 0, 1, height);
      const [before, after] = [now - 4 - ctx.measureText('now').width, now + 4];
      writeBeside(plot, 'now', besides(before, after, 2), taken);
    }
    const { peak } = summary;
    if (!peak) return;
    const x = plot.x(epochSeconds(peak.time) + (forecast?.stepSeconds ?? 0) / 2);
    const y = Math.max(0, plot.y(peak.value));
    if (x < 0 || x > width) return;
    ctx.fillStyle = color('forecast');
    ctx.beginPath();
    ctx.arc(x, y, 4, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = color('text');
    const text = `peak ${load(peak.value)}`;
    const [after, before] = [x + 8, x - 8 - ctx.measureText(text).width];
    writeBeside(plot, text, besides(after, before, y - LINE_PIXELS - 2), taken);
  }
}

/** How many lines further down a text may be written for lack of room. */
const TEXT_ROWS = 8;

/** Possible places of a text on both sides of a line, the better side first in each row. */
function besides(better: number, other: number, top: number): Place[] {
  return [...Array(TEXT_ROWS).keys()].flatMap((row) =>
    [better, other].map((left) => ({ left, top: top + row * LINE_PIXELS })),
  );
}

function spanOf({ name, effect, startTime, endTime }: EventView): NamedSpan {
  return {
    name: `${name}: ${effect}`,
    fromSeconds: epochSeconds(startTime),
    toSeconds: epochSeconds(endTime),
  };
}

/** All lines on one axis of time. Where a line has no step it is undefined, and goes on; null is a gap. */
function dataOf({ history, forecast, past }: TriggerDetail): uPlot.AlignedData {
  const missed = past?.observedMean.map((value, i) =>
    value !== null && value > (past.forecastUpper[i] ?? Infinity) ? value : null,
  );
  const columns: Readonly<Record<LineName, uPlot.AlignedData>> = {
    upper: column(forecast, forecast?.upper),
    lower: column(forecast, forecast?.lower),
    highest: column(history, history?.highest),
    answered: column(past, past?.answered),
    past: column(past, past?.forecastMean),
    pastUpper: column(past, past?.forecastUpper),
    mean: column(history, history?.mean),
    forecast: column(forecast, forecast?.mean),
    miss: column(past, missed),
  };
  return uPlot.join(LINES.map(({ name }) => columns[name]));
}

/** Values, each in the middle of its step. */
function column(
  steps: Pick<HistoryChart, 'startTime' | 'stepSeconds'> | null,
  values: readonly Known[] | null | undefined,
): uPlot.AlignedData {
  if (!steps || !values) return [[], []];
  const start = epochSeconds(steps.startTime);
  return [values.map((_, i) => start + (i + 0.5) * steps.stepSeconds), [...values]];
}

/** For those who cannot see the chart. */
function describe({ summary, time }: TriggerDetail): string {
  const now = `The load at ${local.dateTime(epochSeconds(time))} is ${load(summary.observed)}`;
  if (!summary.peak) return `${now}; there is no forecast yet.`;
  return `${now}; a peak of ${load(summary.peak.value)} is forecast for ${local.dateTime(epochSeconds(summary.peak.time))}. The table below has the numbers.`;
}
