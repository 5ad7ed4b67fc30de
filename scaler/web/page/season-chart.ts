import { amountAxis, color } from '../../page-kit/chart.js';
import { LineChart } from '../../page-kit/line-chart.js';
import { load } from '../../page-kit/numbers.js';
import type { SeasonProfile } from '../api/contract.js';
import { seasonWords } from './words.js';

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A chart of one season of the model. */
export function seasonChart(periodSeconds: number): LineChart {
  const isWeek = periodSeconds === WEEK_SECONDS;
  return new LineChart({
    kind: 'season',
    heightPixels: () => 170,
    lines: [{ name: 'forecast', look: { fill: () => color('season-fill'), fillTo: () => 0 } }],
    legend: [{ key: 'forecast', label: `Season: ${seasonWords(periodSeconds)}` }],
    amount: signed,
    place: (at) => placeWords(at, periodSeconds),
    more: {
      padding: [8, 20, 0, 0],
      scales: { x: { time: false, range: () => [0, periodSeconds] } },
      axes: [
        amountAxis((at) => phaseWords(at, periodSeconds), {
          size: 30,
          incrs: isWeek ? [DAY_SECONDS] : [1, 2, 3, 4, 6, 24].map((hours) => hours * 3600),
          space: isWeek ? 30 : 48,
        }),
        amountAxis(signed, { size: 56 }),
      ],
    },
  });
}

/** Shows a season in its chart. */
export function showSeason(chart: LineChart, season: SeasonProfile): void {
  const effects = fromMonday(season);
  const times = effects.map((_, i) => i * season.slotSeconds);
  chart.show([times, effects], describe(season, effects));
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

/** `13:30`, and in a week `Mon 13:30`. */
function placeWords(seconds: number, periodSeconds: number): string {
  if (periodSeconds !== WEEK_SECONDS) return phaseWords(seconds, periodSeconds);
  return `${phaseWords(Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS, WEEK_SECONDS)} ${phaseWords(seconds % DAY_SECONDS, DAY_SECONDS)}`;
}

function describe({ periodSeconds, slotSeconds }: SeasonProfile, effects: readonly number[]): string {
  const [highest, lowest] = [Math.max(...effects), Math.min(...effects)];
  const at = (effect: number) => placeWords(effects.indexOf(effect) * slotSeconds, periodSeconds);
  return `Within a ${seasonWords(periodSeconds)} the load is highest at ${at(highest)}, ${signed(highest)} from its level, and lowest at ${at(lowest)}, ${signed(lowest)}.`;
}

function signed(value: number): string {
  return value > 0 ? `+${load(value)}` : load(value);
}
