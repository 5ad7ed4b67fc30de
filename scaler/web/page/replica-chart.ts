import type uPlot from 'uplot';
import type { Known } from '../api/contract.js';
import { axisLook, chartLibrary, colour, timeAxis, WHOLE_STEPS } from './chart.js';
import { element, setText } from './dom.js';
import { FittedChart, type TimeRange } from './fitted-chart.js';
import { count, localDateTime, utc } from './format.js';
import { LineLegend } from './line-legend.js';

/** Replicas by two ways of scaling, step by step. */
export interface ReplicaLines {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly predictive: readonly Known[];
  readonly reactive: readonly Known[];
  /** Replicas that the load needed, where that is known. */
  readonly needed?: readonly Known[];
}

const LINES = ['needed', 'reactive', 'predictive'] as const;

/** Replicas with this scaler beside those with a reactive HPA, as steps. */
export class ReplicaChart {
  readonly element: HTMLElement;
  readonly #frame = element('div', { class: 'chart replicas', role: 'img' });
  readonly #readout = element('p', { class: 'readout' });
  readonly #legend: LineLegend;
  readonly #chart = new FittedChart(this.#frame, () => this.height);

  constructor(readonly height = 200) {
    this.#legend = new LineLegend(
      [
        { key: 'predictive', label: 'This scaler', hint: 'Replicas on the answered values', isOn: true },
        { key: 'reactive', label: 'Reactive HPA', hint: 'Replicas on the observed load alone', isOn: true },
        { key: 'needed', label: 'Needed', hint: 'Replicas that the load needed', isOn: true },
      ],
      (key, show) => this.#chart.showLine((LINES as readonly string[]).indexOf(key) + 1, show),
    );
    this.element = element(
      'div',
      { class: 'chart-with-legend' },
      element('div', { class: 'chart-head' }, this.#legend.element, this.#readout),
      this.#frame,
    );
  }

  /**
   * Shows new data.
   *
   * @param description what the chart shows, for those who cannot see it.
   */
  async show(lines: ReplicaLines, description: string): Promise<void> {
    const library = await chartLibrary();
    if (this.#chart.isClosed) return;
    this.#frame.setAttribute('aria-label', description);
    this.#legend.offer(new Set(LINES.filter((line) => lines[line] !== undefined)));
    const data: uPlot.AlignedData = [
      lines.predictive.map((_, i) => lines.startSeconds + i * lines.stepSeconds),
      ...LINES.map((line) => [...(lines[line] ?? lines.predictive.map(() => null))]),
    ];
    this.#chart.draw(library, data, () => this.#options(library));
  }

  /** Sets the span of time that is shown; without, all of it is. */
  setRange(range: TimeRange): void {
    this.#chart.setRange(range);
  }

  close(): void {
    this.#chart.close();
  }

  #options(library: typeof uPlot): uPlot.Options {
    const paths = library.paths.stepped!({ align: 1 });
    const line = (name: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
      stroke: () => colour(name),
      width: 2,
      paths,
      points: { show: false },
      ...more,
    });
    return {
      ...this.#chart.size,
      legend: { show: false },
      padding: [8, 0, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: true }, y: { range: (_chart, _min, max) => [0, Math.max(1, max) * 1.1] } },
      series: [
        {},
        line('needed', { width: 0, fill: () => colour('needed') }),
        line('reactive', { dash: [5, 3] }),
        line('forecast'),
      ],
      axes: [
        timeAxis(),
        {
          ...axisLook(),
          size: 52,
          incrs: WHOLE_STEPS,
          values: (_chart, splits) => splits.map((value) => count(value)),
        },
        // Keeps the chart in line with the one above, which has a second axis.
        { side: 1, size: 46, grid: { show: false }, ticks: { show: false }, values: () => [] },
      ],
      hooks: { setCursor: [(chart) => this.#tell(chart)] },
    };
  }

  #tell(chart: uPlot): void {
    const index = chart.cursor.idx;
    const at = index === null || index === undefined ? undefined : chart.data[0][index];
    const isOutside = at === undefined || (chart.cursor.left ?? -1) < 0;
    setText(this.#readout, isOutside ? '' : `${localDateTime(at)} (${utc(at).slice(11)})`);
    LINES.forEach((line, i) => {
      const value = isOutside ? null : chart.data[i + 1]![index!];
      this.#legend.tell(line, value === null || value === undefined ? '' : count(value));
    });
  }
}
