import uPlot from 'uplot';
import { color, THEME_CHANGED } from './chart.js';
import { h, renew } from './dom.js';
import { type LegendEntry, LineLegend } from './line-legend.js';
import { drawNames, type NamedSpan, shade, spansAt } from './named-spans.js';
import { type Box, drawOn, type Plot } from './plot.js';

/** A span of time, in epoch seconds. */
export interface TimeRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** One column of a chart's data. */
export interface Line {
  readonly name: string;
  /** Key of its entry in the legend. @default name */
  readonly part?: string;
  /** Name of its color in the style sheet. @default name */
  readonly color?: string;
  /** Differences from a plain line. */
  readonly look?: Partial<uPlot.Series>;
}

/** What a chart of lines shows and how. */
export interface LineChartOptions {
  /** Class of the frame. */
  readonly kind: string;
  /** Called whenever the frame changes its size. */
  readonly heightPixels: () => number;
  /** In the order of the data's columns: later ones lie above. */
  readonly lines: readonly Line[];
  readonly legend: readonly LegendEntry[];
  /** Writes a line's value under the pointer. */
  readonly amount: (value: number) => string;
  /** Writes the place under the pointer. */
  readonly place: (x: number) => string;
  /** Shown instead of the place while the pointer is elsewhere. */
  readonly invitation?: string;
  /** Spans of time to shade. Called whenever they are drawn. */
  readonly spans?: () => readonly NamedSpan[];
  /** Draws under the lines. */
  readonly drawUnder?: (plot: Plot) => void;
  /** Draws over the lines. @param taken where the names of spans are */
  readonly drawOver?: (plot: Plot, taken: Box[]) => void;
  /** Called with a span that was chosen by dragging. @default dragging does nothing */
  readonly onZoom?: (range: TimeRange) => void;
  /** Scales, axes and the rest. */
  readonly more: Omit<uPlot.Options, 'width' | 'height' | 'series' | 'hooks'>;
}

/**
 * A chart of lines, as wide as its frame and in the colors of the theme. Its legend shows and hides lines, and shows
 * their values under the pointer.
 */
export class LineChart {
  readonly element: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #readout = h('p.readout');
  readonly #legend: LineLegend;
  #chart: uPlot | undefined;
  #data: uPlot.AlignedData | undefined;
  #range: TimeRange | undefined;
  #isClosed = false;
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #repaint = () => this.#chart?.redraw(false, true);

  constructor(private readonly options: LineChartOptions) {
    this.#frame = h('div', { class: `chart ${options.kind}`, role: 'img' });
    this.#takeRoom();
    this.#resize.observe(this.#frame);
    document.documentElement.addEventListener(THEME_CHANGED, this.#repaint);
    const entries = options.legend.map((entry) => {
      const line = options.lines.find((candidate) => partOf(candidate) === entry.key);
      const dashed = line?.look?.dash && { swatch: 'dashed' as const };
      return { color: line?.color ?? entry.key, ...dashed, ...entry };
    });
    this.#legend = new LineLegend(entries, (part, isOn) => {
      options.lines.forEach((line, i) => {
        if (partOf(line) === part) this.#chart?.setSeries(i + 1, { show: isOn });
      });
    });
    const head = options.legend.length > 0 ? h('div.chart-head', this.#legend.element, this.#readout) : null;
    this.element = h('div.stack', head, this.#frame);
  }

  /**
   * Shows new data in the same range.
   *
   * @param data a column of places, and one for each line
   * @param description of the chart, for those who cannot see it
   */
  show(data: uPlot.AlignedData, description: string): void {
    // Data may arrive after the view was closed.
    if (this.#isClosed) return;
    const known = this.options.lines.filter((_, i) => data[i + 1]!.some((value) => value != null));
    this.#legend.offer(new Set(known.map(partOf)));
    this.#frame.setAttribute('aria-label', description);
    this.#data = data;
    this.#chart?.setData(data, this.#range === undefined);
    this.#fit();
    if (this.#range) this.setRange(this.#range);
  }

  /** Sets the span of time that is shown, also of later data. Before the first call all is shown. */
  setRange(range: TimeRange): void {
    this.#range = range;
    this.#chart?.setScale('x', { min: range.fromSeconds, max: range.toSeconds });
  }

  close(): void {
    this.#isClosed = true;
    this.#resize.disconnect();
    document.documentElement.removeEventListener(THEME_CHANGED, this.#repaint);
    this.#chart?.destroy();
  }

  /** Draws the chart in the size of its frame, once that has one: it has none before the view is on the page. */
  #fit(): void {
    const size = { width: Math.floor(this.#frame.clientWidth), height: this.options.heightPixels() };
    if (size.width === 0) return;
    this.#takeRoom();
    if (this.#chart?.width === size.width && this.#chart.height === size.height) return;
    if (this.#chart) this.#chart.setSize(size);
    else if (this.#data) this.#chart = new uPlot(this.#uplotOptions(size), this.#data, this.#frame);
    if (this.#range) this.setRange(this.#range);
  }

  /** Gives the frame the height of its chart, so that nothing moves when that is drawn. */
  #takeRoom(): void {
    this.#frame.style.setProperty('--height', `${this.options.heightPixels()}px`);
  }

  #uplotOptions(size: Pick<uPlot.Options, 'width' | 'height'>): uPlot.Options {
    const { lines, more, onZoom, drawUnder, drawOver } = this.options;
    return {
      ...more,
      ...size,
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: !!onZoom, y: false, setScale: false },
        points: { size: 6 },
        ...more.cursor,
      },
      series: [
        {},
        ...lines.map((line) => ({
          stroke: () => color(line.color ?? line.name),
          width: 1.5,
          points: { show: false },
          ...line.look,
          show: this.#legend.isOn(partOf(line)),
        })),
      ],
      hooks: {
        drawClear: [
          (chart) => {
            drawOn(chart, (plot) => shade(plot, this.#spans()));
            if (drawUnder) drawOn(chart, drawUnder);
          },
        ],
        draw: [
          (chart) => {
            const taken: Box[] = [];
            drawOn(chart, (plot) => drawNames(plot, this.#spans(), taken));
            if (drawOver) drawOn(chart, (plot) => drawOver(plot, taken));
          },
        ],
        setCursor: [(chart) => this.#showValues(chart)],
        setSelect: [(chart) => this.#zoom(chart)],
      },
    };
  }

  #spans(): readonly NamedSpan[] {
    return this.options.spans?.() ?? [];
  }

  #zoom(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width > 0) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width >= 4)
      this.options.onZoom?.({
        fromSeconds: chart.posToVal(left, 'x'),
        toSeconds: chart.posToVal(left + width, 'x'),
      });
  }

  #showValues(chart: uPlot): void {
    const { lines, legend, amount, place, invitation = '' } = this.options;
    const index = (chart.cursor.left ?? -1) < 0 ? undefined : (chart.cursor.idx ?? undefined);
    const at = index === undefined ? undefined : chart.data[0][index];
    const names = at === undefined ? [] : spansAt(this.#spans(), at);
    renew(this.#readout, at === undefined ? invitation : [place(at), ...names].join(' · '));
    for (const { key, valuesOf = [key] } of legend) {
      const values = valuesOf.map(
        (name) => chart.data[lines.findIndex((line) => line.name === name) + 1]?.[index ?? -1],
      );
      const isKnown = values.every((value) => typeof value === 'number');
      this.#legend.showValue(key, isKnown ? values.map((value) => amount(value!)).join(' to ') : '');
    }
  }
}

function partOf({ name, part = name }: Line): string {
  return part;
}
