import { amountAxis, color } from '../../../../scaler/page-kit/chart.js';
import { byId } from '../../../../scaler/page-kit/dom.js';
import { LineChart } from '../../../../scaler/page-kit/line-chart.js';
import { type Plot, write } from '../../../../scaler/page-kit/plot.js';
import type { Overview } from '../contract.js';
import { colorName } from './boilers.js';
import { decimal, hourAndMinute } from './format.js';
import { say } from './say.js';

/** Less than this many degrees are not spread over the whole height: noise would look like trouble. */
const LEAST_SPAN_CELSIUS = 6;

/** Mean temperature of each boiler per minute, with a mark where an alert was raised. */
export class TemperatureChart {
  readonly #frame = byId('chart');
  #chart: LineChart | undefined;
  #names = '';
  #overview: Overview | undefined;

  /** Shows new data; what the pointer rests on stays chosen. */
  show(overview: Overview): void {
    const names = overview.boilers.map(({ name }) => name);
    this.#overview = overview;
    if (!this.#chart || this.#names !== names.join()) {
      this.#chart?.close();
      this.#chart = this.#made(names);
      this.#names = names.join();
      this.#frame.replaceChildren(this.#chart.element);
    }
    const lines = overview.boilers.map(({ temperature }) => [...temperature]);
    this.#chart.show([[...overview.minutes], ...lines], describe(overview));
  }

  #made(names: readonly string[]): LineChart {
    return new LineChart({
      kind: 'temperature',
      heightPixels: () => (innerWidth < 760 ? 240 : 300),
      lines: names.map((name, index) => ({ name, color: colorName(index), look: { width: 2 } })),
      legend: names.map((name) => ({ key: name, label: name })),
      amount: (value) => `${decimal(value, 1)} °C`,
      place: (seconds) => say('at', { time: hourAndMinute(seconds) }),
      invitation: say('pointForValues'),
      drawOver: (plot) => {
        this.#drawLimits(plot);
        this.#drawAlerts(plot);
      },
      more: {
        padding: [14, 22, 0, 0],
        scales: { y: { range: (_chart, low, high) => spread(low, high) } },
        axes: [
          amountAxis(hourAndMinute, { space: 60, size: 30 }),
          amountAxis((value) => `${value} °C`, { size: 60, incrs: [1, 2, 5, 10, 20, 50, 100] }),
        ],
      },
    });
  }

  #drawLimits(plot: Plot): void {
    const { ctx, width, height, y } = plot;
    const { low, high } = this.#overview!.temperatureLimits;
    ctx.fillStyle = color('bad');
    for (const limit of [low, high]) {
      const at = y(limit);
      if (at < 0 || at > height) continue;
      for (let dash = 0; dash < width; dash += 8) ctx.fillRect(dash, at - 0.5, 4, 1);
      const text = say('limitLine', { value: limit });
      const left = width - 4 - ctx.measureText(text).width;
      write(plot, text, { left, top: limit === high ? at - 13 : at + 3 });
    }
  }

  #drawAlerts({ ctx, width, x }: Plot): void {
    ctx.fillStyle = color('bad');
    for (const alertMs of this.#overview!.alertTimesMs) {
      const at = x(alertMs / 1000);
      if (at < 0 || at > width) continue;
      ctx.beginPath();
      ctx.moveTo(at - 5, -5);
      ctx.lineTo(at + 5, -5);
      ctx.lineTo(at, 5);
      ctx.fill();
    }
  }
}

function spread(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [180, 180 + LEAST_SPAN_CELSIUS];
  const missing = Math.max(0, LEAST_SPAN_CELSIUS - (high - low)) / 2;
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
