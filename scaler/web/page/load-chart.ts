import type uPlot from 'uplot';
import { amountAxis, type Box, color, freeBox, timeAxis, WHOLE_STEPS } from '../../page-kit/chart.js';
import { type Line, LineChart, type TimeRange } from '../../page-kit/line-chart.js';
import type { LegendEntry } from '../../page-kit/line-legend.js';
import type { NamedSpan } from '../../page-kit/named-spans.js';
import { load } from '../../page-kit/numbers.js';
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
      drawUnder: (chart) => this.#drawComing(chart),
      drawOver: (chart, taken) => this.#drawNow(chart, taken),
      more: {
        padding: [12, 0, 0, 0],
        scales: {
          x: { time: true },
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
            labelFont: '11px system-ui, sans-serif',
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
  #drawComing(chart: uPlot): void {
    const forecast = this.#detail?.forecast;
    if (!forecast) return;
    const now = clamped(chart, epochSeconds(this.#detail!.time));
    const end = clamped(chart, epochSeconds(forecast.horizonEndTime));
    chart.ctx.fillStyle = color('horizon');
    chart.ctx.fillRect(now, chart.bbox.top, Math.max(0, end - now), chart.bbox.height);
  }

  /** Marks now and the coming peak. @param taken where there is other text */
  #drawNow(chart: uPlot, taken: readonly Box[]): void {
    const detail = this.#detail!;
    const { ctx, bbox } = chart;
    const now = epochSeconds(detail.time);
    const ratio = devicePixelRatio;
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    // An outline in the color of the background sets a text apart from lines that it crosses.
    ctx.lineJoin = 'round';
    const written = [...taken];
    const write = (text: string, x: number, tops: readonly number[], margin: number): void => {
      const box = freeBox(besides(ctx, text, { x, tops, margin }), frameOf(chart), written);
      written.push(box);
      ctx.strokeStyle = color('surface');
      ctx.lineWidth = 4 * ratio;
      ctx.strokeText(text, box.left, box.top);
      ctx.fillText(text, box.left, box.top);
    };
    if (isWithin(chart, now)) {
      const x = chart.valToPos(now, 'x', true);
      ctx.strokeStyle = color('muted');
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = color('muted');
      write('now', x, rowsFrom(bbox.top + 2 * ratio), -4 * ratio);
    }
    const peak = detail.summary.peak;
    if (peak && isWithin(chart, epochSeconds(peak.time))) {
      const step = (detail.forecast?.stepSeconds ?? 0) / 2;
      const x = chart.valToPos(epochSeconds(peak.time) + step, 'x', true);
      const y = chart.valToPos(peak.value, 'y', true);
      ctx.fillStyle = color('forecast');
      ctx.beginPath();
      ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.fillStyle = color('text');
      write(`peak ${load(peak.value)}`, x, rowsFrom(y - (TEXT_PIXELS + 3) * ratio), 8 * ratio);
    }
  }
}

function spanOf({ name, effect, startTime, endTime }: EventView): NamedSpan {
  return {
    name: `${name}: ${effect}`,
    fromSeconds: epochSeconds(startTime),
    toSeconds: epochSeconds(endTime),
  };
}

type Steps = Pick<HistoryChart, 'startTime' | 'stepSeconds'>;
type Columns = Partial<Record<LineName, readonly Known[] | null>>;

/** All lines on one axis of time, with each value in the middle of its step. */
function dataOf({ history, forecast, past }: TriggerDetail): uPlot.AlignedData {
  const rows = new Map<number, (Known | undefined)[]>();
  const add = ({ startTime, stepSeconds }: Steps, columns: Columns): void =>
    LINES.forEach(({ name }, line) => {
      columns[name]?.forEach((value, i) => {
        const at = epochSeconds(startTime) + (i + 0.5) * stepSeconds;
        const row = rows.get(at) ?? [];
        row[line] = value;
        rows.set(at, row);
      });
    });
  if (history) add(history, { mean: history.mean, highest: history.highest });
  if (past) {
    const { observedMean, answered, forecastMean, forecastUpper: pastUpper } = past;
    const miss = observedMean.map((value, i) =>
      value !== null && value > (pastUpper[i] ?? Infinity) ? value : null,
    );
    add(past, { answered, past: forecastMean, pastUpper, miss });
  }
  if (forecast) add(forecast, { forecast: forecast.mean, lower: forecast.lower, upper: forecast.upper });
  const times = [...rows.keys()].sort((a, b) => a - b);
  // With undefined a line goes on to its next value; null would be a gap.
  return [times, ...LINES.map((_, line) => times.map((at) => rows.get(at)![line]))];
}

/** For those who cannot see the chart. */
function describe({ summary, time }: TriggerDetail): string {
  const now = `The load at ${local.dateTime(epochSeconds(time))} is ${load(summary.observed)}`;
  if (!summary.peak) return `${now}; there is no forecast yet.`;
  return `${now}; a peak of ${load(summary.peak.value)} is forecast for ${local.dateTime(epochSeconds(summary.peak.time))}. The table below has the numbers.`;
}

/** Height of a line of text, and how many lines further down it may be written for lack of room. */
const TEXT_PIXELS = 13;
const TEXT_ROWS = 8;

/** Possible upper edges of a text, the best first. */
function rowsFrom(top: number): number[] {
  return Array.from({ length: TEXT_ROWS }, (_, row) => top + row * TEXT_PIXELS * devicePixelRatio);
}

/** Possible boxes of a text beside a place: in each row on the better side first. */
function besides(
  ctx: CanvasRenderingContext2D,
  text: string,
  { x, tops, margin }: { readonly x: number; readonly tops: readonly number[]; readonly margin: number },
): Box[] {
  const { width } = ctx.measureText(text);
  return tops.flatMap((top) =>
    [margin, -margin].map((beside) => {
      const left = beside > 0 ? x + beside : x + beside - width;
      return { left, right: left + width, top, bottom: top + TEXT_PIXELS * devicePixelRatio };
    }),
  );
}

/** The area of the lines. */
function frameOf({ bbox: { left, top, width, height } }: uPlot): Box {
  return { left, right: left + width, top, bottom: top + height };
}

function isWithin(chart: uPlot, seconds: number): boolean {
  return seconds >= chart.scales.x!.min! && seconds <= chart.scales.x!.max!;
}

/** The place of a moment on the canvas, or the edge that it is beyond. */
function clamped(chart: uPlot, seconds: number): number {
  const { min, max } = chart.scales.x!;
  return chart.valToPos(Math.min(max!, Math.max(min!, seconds)), 'x', true);
}
