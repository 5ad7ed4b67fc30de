import type uPlot from 'uplot';
import { axisLook, colour } from '../../../../scaler/page-kit/chart.js';
import { h } from '../../../../scaler/page-kit/dom.js';
import { FittedChart } from '../../../../scaler/page-kit/fitted-chart.js';
import type { Overview } from '../contract.js';
import { colourName, swatch } from './boilers.js';
import { byId } from './by-id.js';
import { decimal, hourAndMinute } from './format.js';
import { say } from './say.js';

/** Less than this many degrees are not spread over the whole height: noise would look like trouble. */
const leastSpanCelsius = 6;

/** Mean temperature of each boiler per minute, with a mark where an alert was raised. */
export class TemperatureChart {
  readonly #frame = byId('chart');
  readonly #legend = byId('legend');
  readonly #readout = byId('readout');
  readonly #chart = new FittedChart(this.#frame, () => this.#frame.clientHeight);
  #overview: Overview | undefined;
  #values: HTMLElement[] = [];

  /** Shows new data; what the pointer rests on stays chosen. */
  show(overview: Overview): void {
    const names = (shown: Overview | undefined) => shown?.boilers.map(({ name }) => name).join();
    const isSame = names(this.#overview) === names(overview);
    this.#overview = overview;
    this.#frame.setAttribute('aria-label', describe(overview));
    const data: uPlot.AlignedData = [
      [...overview.minutes],
      ...overview.boilers.map(({ temperature }) => [...temperature]),
    ];
    if (!isSame) {
      this.#chart.clear();
      this.#drawLegend(overview);
    }
    this.#chart.draw(data, () => this.#options(overview));
  }

  #drawLegend(overview: Overview): void {
    this.#values = overview.boilers.map(() => h('span.value'));
    const boilers = overview.boilers.map(({ name }, index) =>
      h('li', swatch(index), name, this.#values[index]!),
    );
    const alert = h('li', h('span.alert-mark', { 'aria-hidden': 'true' }, '▼'), say('alert'));
    this.#legend.replaceChildren(...boilers, alert);
  }

  #options(overview: Overview): Omit<uPlot.Options, 'width' | 'height'> {
    return {
      legend: { show: false },
      padding: [14, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_chart, low, high) => spread(low, high) } },
      axes: [
        { ...axisLook(), space: 60, size: 30, values: (_chart, splits) => splits.map(hourAndMinute) },
        {
          ...axisLook(),
          size: 60,
          incrs: [1, 2, 5, 10, 20, 50, 100],
          values: (_chart, splits) => splits.map((value) => `${value} °C`),
        },
      ],
      series: [
        {},
        ...overview.boilers.map(({ name }, index) => ({
          label: name,
          stroke: () => colour(colourName(index)),
          width: 2,
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [(chart) => this.#drawLimits(chart), (chart) => this.#drawAlerts(chart)],
        setCursor: [(chart) => this.#tell(chart)],
      },
    };
  }

  #drawLimits(chart: uPlot): void {
    const { ctx, bbox, scales } = chart;
    const { low, high } = this.#overview!.temperatureLimits;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = colour('bad');
    ctx.fillStyle = colour('bad');
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 4 * ratio]);
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    for (const limit of [low, high]) {
      if (limit < scales.y!.min! || limit > scales.y!.max!) continue;
      const y = chart.valToPos(limit, 'y', true);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.textBaseline = limit === high ? 'bottom' : 'top';
      ctx.fillText(
        say('limitLine', { value: limit }),
        bbox.left + bbox.width - 4 * ratio,
        y + (limit === high ? -2 : 2) * ratio,
      );
    }
    ctx.restore();
  }

  #drawAlerts(chart: uPlot): void {
    const { ctx, bbox, scales } = chart;
    const half = 5 * devicePixelRatio;
    ctx.save();
    ctx.fillStyle = colour('bad');
    for (const alertMs of this.#overview!.alertTimesMs) {
      const seconds = alertMs / 1000;
      if (seconds < scales.x!.min! || seconds > scales.x!.max!) continue;
      const x = chart.valToPos(seconds, 'x', true);
      ctx.beginPath();
      ctx.moveTo(x - half, bbox.top - half);
      ctx.lineTo(x + half, bbox.top - half);
      ctx.lineTo(x, bbox.top + half);
      ctx.fill();
    }
    ctx.restore();
  }

  /** Tells the values under the pointer, or else the newest ones. */
  #tell(chart: uPlot): void {
    const pointed = (chart.cursor.left ?? -1) >= 0 ? chart.cursor.idx : undefined;
    const minutes = this.#overview!.minutes;
    this.#readout.textContent =
      pointed === undefined || pointed === null
        ? say('pointForValues')
        : say('at', { time: hourAndMinute(minutes[pointed]!) });
    this.#overview!.boilers.forEach(({ temperature }, index) => {
      const value = pointed === undefined || pointed === null ? undefined : temperature[pointed];
      this.#values[index]!.textContent = typeof value === 'number' ? `${decimal(value, 1)} °C` : '';
    });
  }
}

function spread(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [180, 180 + leastSpanCelsius];
  const missing = Math.max(0, leastSpanCelsius - (high - low)) / 2;
  const margin = (high - low) * 0.06;
  return [Math.floor(low - missing - margin), Math.ceil(high + missing + margin)];
}

/** What the chart shows, for those who cannot see it. */
function describe({ boilers, minutes }: Overview): string {
  const newest = boilers.map(({ name, temperature }) => {
    const value = temperature.findLast((mean) => mean !== null);
    return `${name} ${typeof value === 'number' ? `${decimal(value, 1)} °C` : say('noReading')}`;
  });
  return say('chart', { minutes: minutes.length, boilers: newest.join(', ') });
}
