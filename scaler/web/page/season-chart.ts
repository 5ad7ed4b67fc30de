import type uPlot from 'uplot';
import { axisLook, colour } from '../../page-kit/chart.js';
import { h } from '../../page-kit/dom.js';
import { FittedChart } from '../../page-kit/fitted-chart.js';
import { load } from '../../page-kit/numbers.js';
import type { SeasonProfile } from '../api/contract.js';
import { seasonWords } from './words.js';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What the model has learnt of one rhythm. */
export class SeasonChart {
  readonly element: HTMLElement;
  readonly #frame = h('div.chart.season', { role: 'img' });
  readonly #chart = new FittedChart(this.#frame, () => 170);

  constructor(readonly periodSeconds: number) {
    this.element = h('figure', h('figcaption', `Rhythm of the ${seasonWords(periodSeconds)}`), this.#frame);
  }

  show(season: SeasonProfile): void {
    const effects = fromMonday(season);
    const times = effects.map((_, i) => i * season.slotSeconds);
    this.#frame.setAttribute('aria-label', describe(season, effects));
    this.#chart.draw([times, effects], () => this.#options());
  }

  close(): void {
    this.#chart.close();
  }

  #options(): Omit<uPlot.Options, 'width' | 'height'> {
    const period = this.periodSeconds;
    return {
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 20, 0, 0],
      scales: { x: { time: false, range: () => [0, period] } },
      series: [
        {},
        {
          stroke: () => colour('forecast'),
          width: 1.5,
          fill: () => colour('season-fill'),
          fillTo: () => 0,
          points: { show: false },
        },
      ],
      axes: [
        {
          ...axisLook(),
          size: 30,
          incrs: period === WEEK_SECONDS ? [DAY_SECONDS] : [3600, 7200, 10_800, 14_400, 21_600, DAY_SECONDS],
          space: period === WEEK_SECONDS ? 30 : 48,
          values: (_chart, splits) => splits.map((at) => phaseWords(at, period)),
        },
        { ...axisLook(), size: 56, values: (_chart, splits) => splits.map(signed) },
      ],
    };
  }
}

/** The epoch began on a Thursday; people's weeks begin on Monday. */
function fromMonday({ periodSeconds, slotSeconds, effects }: SeasonProfile): number[] {
  if (periodSeconds !== WEEK_SECONDS) return [...effects];
  const monday = Math.round((4 * DAY_SECONDS) / slotSeconds);
  return [...effects.slice(monday), ...effects.slice(0, monday)];
}

function phaseWords(seconds: number, periodSeconds: number): string {
  if (periodSeconds === WEEK_SECONDS) return WEEKDAYS[Math.round(seconds / DAY_SECONDS)] ?? '';
  const minutes = Math.round(seconds / 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function describe(season: SeasonProfile, effects: readonly number[]): string {
  const { periodSeconds, slotSeconds } = season;
  const highest = effects.indexOf(Math.max(...effects));
  const lowest = effects.indexOf(Math.min(...effects));
  const at = (slot: number) => {
    const seconds = slot * slotSeconds;
    return periodSeconds === WEEK_SECONDS
      ? `${phaseWords(Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS, WEEK_SECONDS)} ${phaseWords(seconds % DAY_SECONDS, DAY_SECONDS)}`
      : phaseWords(seconds, periodSeconds);
  };
  return `Within a ${seasonWords(periodSeconds)} the load is highest at ${at(highest)}, ${signed(effects[highest]!)} from its level, and lowest at ${at(lowest)}, ${signed(effects[lowest]!)}.`;
}

function signed(value: number): string {
  return value > 0 ? `+${load(value)}` : load(value);
}
