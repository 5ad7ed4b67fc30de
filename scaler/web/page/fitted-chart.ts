import type uPlot from 'uplot';
import { THEME_CHANGED } from './theme.js';

/** From when to when a chart reaches, in epoch seconds. */
export interface TimeRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** A chart in its frame: as wide as that, in the colours of the theme, with the span of time that was chosen. */
export class FittedChart {
  #chart: uPlot | undefined;
  #release: (() => void) | undefined;
  #range: TimeRange | undefined;
  #isClosed = false;

  /** @param heightPixels asked again whenever the frame changes its size */
  constructor(
    readonly frame: HTMLElement,
    readonly heightPixels: () => number,
  ) {}

  /** After this nothing may be drawn: what was under way comes too late. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Width and height to begin with. */
  get size(): Pick<uPlot.Options, 'width' | 'height'> {
    return { width: Math.max(280, this.frame.clientWidth), height: this.heightPixels() };
  }

  /** Draws data; `options` are asked for the first time only. */
  draw(library: typeof uPlot, data: uPlot.AlignedData, options: () => uPlot.Options): void {
    if (this.#chart) this.#chart.setData(data, this.#range === undefined);
    else {
      this.#chart = new library(options(), data, this.frame);
      this.#release = this.#keepFitting(this.#chart);
    }
    if (this.#range) this.setRange(this.#range);
  }

  /** Sets the span of time that is shown, now and with later data; without, all of it is. */
  setRange(range: TimeRange): void {
    this.#range = range;
    this.#chart?.setScale('x', { min: range.fromSeconds, max: range.toSeconds });
  }

  /** Shows or hides a line, by its column in the data. */
  showLine(column: number, show: boolean): void {
    this.#chart?.setSeries(column, { show });
  }

  close(): void {
    this.#isClosed = true;
    this.#release?.();
    this.#chart?.destroy();
  }

  #keepFitting(chart: uPlot): () => void {
    const resize = new ResizeObserver(() => {
      const width = Math.floor(this.frame.clientWidth);
      const height = this.heightPixels();
      if (width > 0 && (width !== chart.width || height !== chart.height)) chart.setSize({ width, height });
    });
    resize.observe(this.frame);
    const redraw = () => chart.redraw(false, true);
    document.documentElement.addEventListener(THEME_CHANGED, redraw);
    return () => {
      resize.disconnect();
      document.documentElement.removeEventListener(THEME_CHANGED, redraw);
    };
  }
}
