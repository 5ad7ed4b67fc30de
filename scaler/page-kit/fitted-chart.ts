import uPlot from 'uplot';
import { THEME_CHANGED } from './chart.js';

/** From when to when a chart reaches, in epoch seconds. */
export interface TimeRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** A chart in its frame: as wide as that, in the colors of the theme, with the span of time that was chosen. */
export class FittedChart {
  #chart: uPlot | undefined;
  #range: TimeRange | undefined;
  #isClosed = false;
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #repaint = () => this.#chart?.redraw(false, true);

  /** @param heightPixels asked again whenever the frame changes its size */
  constructor(
    readonly frame: HTMLElement,
    readonly heightPixels: () => number,
  ) {
    this.#resize.observe(frame);
    document.documentElement.addEventListener(THEME_CHANGED, this.#repaint);
  }

  /** Draws data; `options` are asked for the first time, and after `clear`. */
  draw(data: uPlot.AlignedData, options: () => Omit<uPlot.Options, 'width' | 'height'>): void {
    // What was still being read when the view closed comes too late.
    if (this.#isClosed) return;
    if (this.#chart) this.#chart.setData(data, this.#range === undefined);
    else {
      const width = Math.max(260, this.frame.clientWidth);
      this.#chart = new uPlot({ width, height: this.heightPixels(), ...options() }, data, this.frame);
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

  /** Removes what is drawn, so that other lines can be. */
  clear(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#resize.disconnect();
    document.documentElement.removeEventListener(THEME_CHANGED, this.#repaint);
    this.clear();
  }

  #fit(): void {
    const width = Math.floor(this.frame.clientWidth);
    const height = this.heightPixels();
    if (width > 0 && (width !== this.#chart?.width || height !== this.#chart.height))
      this.#chart?.setSize({ width, height });
  }
}
