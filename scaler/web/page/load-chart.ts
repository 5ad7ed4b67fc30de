import type uPlot from 'uplot';
import type { TriggerDetail } from '../api/contract.js';
import { axisLook, chartLibrary, colour, stepTimes, timeAxis, WHOLE_STEPS } from './chart.js';
import { element, setText } from './dom.js';
import { FittedChart, type TimeRange } from './fitted-chart.js';
import { count, epochSeconds, load, localDateTime, utc } from './format.js';
import { LineLegend } from './line-legend.js';

/** Lines of the chart, in the order of their columns. The two edges of the band come first, to lie below the rest. */
const LINES = [
  'upper',
  'lower',
  'highest',
  'answered',
  'past',
  'pastUpper',
  'mean',
  'forecast',
  'miss',
] as const;

type Line = (typeof LINES)[number];

const column = (line: Line): number => LINES.indexOf(line) + 1;

/** What a legend's button shows and hides. */
const PARTS: Readonly<Record<string, readonly Line[]>> = {
  mean: ['mean'],
  highest: ['highest'],
  forecast: ['forecast'],
  band: ['upper', 'lower'],
  answered: ['answered'],
  past: ['past', 'pastUpper'],
  miss: ['miss'],
};

/** The load that was, is and is coming, with what had been forecast and the replicas that it asks for. */
export class LoadChart {
  readonly element: HTMLElement;
  readonly #frame = element('div', { class: 'chart load', role: 'img' });
  readonly #readout = element('p', { class: 'readout' });
  readonly #legend: LineLegend;
  readonly #chart = new FittedChart(this.#frame, heightOf);
  #detail: TriggerDetail | undefined;

  /** @param onZoom called when the viewer has chosen a span in the chart. */
  constructor(readonly onZoom: (range: TimeRange) => void) {
    this.#legend = new LineLegend(
      [
        { key: 'mean', label: 'Load', hint: 'Mean load of each step', isOn: true },
        { key: 'highest', label: 'Highest load', hint: 'Highest load inside each step', isOn: true },
        { key: 'forecast', label: 'Forecast', hint: 'Expected mean of each coming step', isOn: true },
        {
          key: 'band',
          label: 'Band',
          hint: 'Where the mean of a coming step is expected to lie',
          isOn: true,
        },
        { key: 'answered', label: 'Answered', hint: 'What KEDA was answered', isOn: true },
        {
          key: 'past',
          label: 'Forecast then',
          hint: 'What had been forecast one horizon earlier',
          isOn: true,
        },
        {
          key: 'miss',
          label: 'Misses',
          hint: 'Load above the band that had been forecast for it',
          isOn: true,
        },
      ],
      (key, isOn) => {
        for (const line of PARTS[key]!) this.#chart.showLine(column(line), isOn);
      },
    );
    this.element = element(
      'div',
      { class: 'chart-with-legend' },
      element('div', { class: 'chart-head' }, this.#legend.element, this.#readout),
      this.#frame,
    );
  }

  /** Shows new data; the range stays as it was set. */
  async show(detail: TriggerDetail): Promise<void> {
    this.#detail = detail;
    const library = await chartLibrary();
    if (this.#chart.isClosed) return;
    const data = dataOf(library, detail);
    this.#legend.offer(partsIn(data));
    this.#frame.setAttribute('aria-label', describe(detail));
    this.#chart.draw(library, data, () => this.#options());
  }

  /** Sets the span of time that is shown. */
  setRange(range: TimeRange): void {
    this.#chart.setRange(range);
  }

  close(): void {
    this.#chart.close();
  }

  #options(): uPlot.Options {
    const threshold = () => this.#detail!.settings.threshold;
    const line = (name: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
      stroke: () => colour(name),
      width: 1.5,
      points: { show: false },
      ...more,
    });
    const series: Record<Line, uPlot.Series> = {
      upper: line('band-edge', { width: 0 }),
      lower: line('band-edge', { width: 0 }),
      highest: line('highest', { width: 1 }),
      answered: line('answered', { width: 1.5 }),
      past: line('past', { dash: [2, 3], width: 1.5 }),
      pastUpper: line('past-upper', { dash: [2, 5], width: 1 }),
      mean: line('history', { width: 2 }),
      forecast: line('forecast', { width: 2, dash: [6, 3] }),
      miss: line('miss', {
        width: 0,
        points: { show: true, size: 6, width: 0, fill: () => colour('miss'), stroke: () => colour('miss') },
      }),
    };
    for (const [part, lines] of Object.entries(PARTS))
      for (const name of lines) series[name].show = this.#legend.isOn(part);
    return {
      ...this.#chart.size,
      legend: { show: false },
      padding: [12, 0, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: true },
        y: { range: (_chart, _min, max) => [0, Math.max(max * 1.06, threshold() * 0.5)] },
        replicas: { from: 'y', range: (_chart, min, max) => [min / threshold(), max / threshold()] },
      },
      series: [{}, ...LINES.map((name) => series[name])],
      bands: [{ series: [column('upper'), column('lower')], fill: () => colour('band') }],
      axes: [
        timeAxis(),
        {
          ...axisLook(),
          size: 52,
          grid: { show: false },
          values: (_chart, splits) => splits.map((value) => load(value)),
        },
        {
          ...axisLook(),
          scale: 'replicas',
          side: 1,
          size: 46,
          incrs: WHOLE_STEPS,
          grid: { stroke: () => colour('line'), width: 1, dash: [3, 4] },
          values: (_chart, splits) => splits.map((value) => count(value)),
          label: 'replicas',
          labelSize: 16,
          labelFont: '11px system-ui, sans-serif',
          labelGap: 0,
        },
      ],
      hooks: {
        drawClear: [(chart) => this.#drawComing(chart)],
        draw: [(chart) => this.#drawNow(chart)],
        setCursor: [(chart) => this.#tell(chart)],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            if (width < 4) return;
            this.onZoom({
              fromSeconds: chart.posToVal(left, 'x'),
              toSeconds: chart.posToVal(left + width, 'x'),
            });
          },
        ],
      },
    };
  }

  /** The horizon is shaded: within it the forecast decides the answer. */
  #drawComing(chart: uPlot): void {
    const forecast = this.#detail?.forecast;
    if (!forecast) return;
    const now = clamped(chart, epochSeconds(this.#detail!.time));
    const end = clamped(chart, epochSeconds(forecast.horizonEndTime));
    chart.ctx.fillStyle = colour('horizon');
    chart.ctx.fillRect(now, chart.bbox.top, Math.max(0, end - now), chart.bbox.height);
  }

  #drawNow(chart: uPlot): void {
    const detail = this.#detail!;
    const { ctx, bbox } = chart;
    const now = epochSeconds(detail.time);
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = 'top';
    if (isWithin(chart, now)) {
      const x = chart.valToPos(now, 'x', true);
      ctx.strokeStyle = colour('muted');
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = colour('muted');
      ctx.textAlign = 'right';
      ctx.fillText('now', x - 4 * ratio, bbox.top + 2 * ratio);
    }
    const peak = detail.summary.peak;
    if (peak && isWithin(chart, epochSeconds(peak.time))) {
      const step = (detail.forecast?.stepSeconds ?? 0) / 2;
      const x = chart.valToPos(epochSeconds(peak.time) + step, 'x', true);
      const y = chart.valToPos(peak.value, 'y', true);
      ctx.fillStyle = colour('forecast');
      ctx.beginPath();
      ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.textAlign = 'left';
      ctx.textBaseline = 'bottom';
      ctx.fillStyle = colour('text');
      const text = `peak ${load(peak.value)}`;
      const room = bbox.left + bbox.width - x;
      if (ctx.measureText(text).width + 8 * ratio > room) ctx.textAlign = 'right';
      const textX = x + (ctx.textAlign === 'right' ? -8 : 8) * ratio;
      // An edge in the colour of the ground keeps the text apart from the lines that it crosses.
      ctx.strokeStyle = colour('surface');
      ctx.lineWidth = 4 * ratio;
      ctx.lineJoin = 'round';
      ctx.strokeText(text, textX, y - 3 * ratio);
      ctx.fillText(text, textX, y - 3 * ratio);
    }
    ctx.restore();
  }

  #tell(chart: uPlot): void {
    const index = chart.cursor.idx;
    const at = index === null || index === undefined ? undefined : chart.data[0][index];
    const isOutside = at === undefined || (chart.cursor.left ?? -1) < 0;
    setText(
      this.#readout,
      isOutside ? 'Point for values, drag to zoom' : `${localDateTime(at)} (${utc(at).slice(11)})`,
    );
    const value = (line: Line) => {
      const held = isOutside ? null : chart.data[column(line)]![index!];
      return held === null || held === undefined ? '' : load(held);
    };
    const [low, high] = [value('lower'), value('upper')];
    this.#legend.tell('band', low && high ? `${low} to ${high}` : '');
    for (const line of ['mean', 'highest', 'forecast', 'answered', 'past', 'miss'] as const)
      this.#legend.tell(line, value(line));
  }
}

/** Puts all lines on one axis of time. */
function dataOf(library: typeof uPlot, { history, forecast, past }: TriggerDetail): uPlot.AlignedData {
  const tables: uPlot.AlignedData[] = [];
  const lines: Line[][] = [];
  const add = (
    start: string,
    stepSeconds: number,
    given: Partial<Record<Line, readonly (number | null)[]>>,
  ): void => {
    const names = LINES.filter((name) => given[name] !== undefined);
    const steps = given[names[0]!]!.length;
    tables.push([
      stepTimes(epochSeconds(start), stepSeconds, steps),
      ...names.map((name) => [...given[name]!]),
    ]);
    lines.push(names);
  };
  if (history)
    add(history.startTime, history.stepSeconds, {
      mean: history.mean,
      ...(history.highest && { highest: history.highest }),
    });
  if (past) {
    const { observedMean, forecastUpper } = past;
    add(past.startTime, past.stepSeconds, {
      answered: past.answered,
      past: past.forecastMean,
      pastUpper: forecastUpper,
      miss: observedMean.map((value, i) => {
        const upper = forecastUpper[i];
        return value !== null && upper !== null && upper !== undefined && value > upper ? value : null;
      }),
    });
  }
  if (forecast)
    add(forecast.startTime, forecast.stepSeconds, {
      forecast: forecast.mean,
      lower: forecast.lower,
      upper: forecast.upper,
    });
  if (tables.length === 0) return [[], ...LINES.map(() => [])];
  const joined = library.join(tables);
  const order = lines.flat();
  return [
    joined[0],
    ...LINES.map((name) => {
      const index = order.indexOf(name);
      return index < 0 ? new Array(joined[0].length).fill(null) : joined[index + 1]!;
    }),
  ];
}

function partsIn(data: uPlot.AlignedData): Set<string> {
  const has = (line: Line) => data[column(line)]!.some((value) => value !== null && value !== undefined);
  return new Set(Object.keys(PARTS).filter((part) => PARTS[part]!.some(has)));
}

/** What the chart shows, for those who cannot see it. */
function describe({ summary, time }: TriggerDetail): string {
  const now = `The load at ${localDateTime(epochSeconds(time))} is ${load(summary.observed)}`;
  if (!summary.peak) return `${now}; there is no forecast yet.`;
  return `${now}; a peak of ${load(summary.peak.value)} is forecast for ${localDateTime(epochSeconds(summary.peak.time))}. The table below has the numbers.`;
}

function heightOf(): number {
  return innerWidth < 700 ? 260 : 360;
}

function isWithin(chart: uPlot, seconds: number): boolean {
  return seconds >= chart.scales.x!.min! && seconds <= chart.scales.x!.max!;
}

/** A moment's place on the canvas, at the edge when it lies beyond. */
function clamped(chart: uPlot, seconds: number): number {
  const { min, max } = chart.scales.x!;
  return chart.valToPos(Math.min(max!, Math.max(min!, seconds)), 'x', true);
}
