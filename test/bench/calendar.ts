import {
  followingDay,
  measure,
  minutesOf,
  type ReplayedScaling,
  replayScaling,
} from '../../scaler/backtest/calendar-worth.js';
import { type Recording, recordingOfSamples } from '../../scaler/backtest/recording.js';
import type { BacktestOptions } from '../../scaler/backtest/replay.js';
import { clusterDefaults } from '../../scaler/backtest/scaled-workload.js';
import { EventList, joined } from '../../scaler/calendar/event-list.js';
import { readEvents } from '../../scaler/calendar/event-text.js';
import { Expander } from '../../scaler/calendar/expander.js';
import type { Calendar, Occurrence } from '../../scaler/calendar/types.js';
import { textTable } from '../../scaler/shared/text-table.js';
import { type Load, wallClock, wandering, withNoise } from '../behavior/loads.js';
import { testTrigger } from '../support/test-trigger.js';

const TIMEZONE = 'Europe/Berlin';
/** A Wednesday, midnight in Berlin. The clocks change on 29 March. */
const START_SECONDS = Date.parse('2026-03-18T00:00+01:00') / 1000;
const DAYS = 60;
/** What a model learns from; the days after are evaluated. */
const HISTORY_DAYS = 14;
const DAY_SECONDS = 86_400;
/** Public holidays of Berlin: Good Friday, Easter Monday, Labour Day, Ascension. */
const PLACE = 'DE-BE';
const EVENTS = 'sale: 2026-04-22T18:00/PT4H x3; incident: 2026-04-28T10:00/PT6H no-learn';
const SALE_FACTOR = 3;
/** Share of the load that an incident leaves. */
const LEFT_BY_INCIDENT = 0.1;
const CAPACITY = 100;
/** Two fits a day; the live planner makes one every hour. */
const REFIT_SECONDS = 12 * 3600;

/**
 * A shop for 60 days with the public holidays of Berlin, on each of which it is as quiet as on a Sunday, a sale that triples
 * the load for four hours, and an incident that takes nine tenths of it for six. Evaluated with and without a calendar that
 * knows them.
 */
export async function calendarTable(): Promise<string> {
  const span = { fromSeconds: START_SECONDS, toSeconds: START_SECONDS + (DAYS + 3) * DAY_SECONDS };
  const expander = new Expander();
  const { events } = await expander
    .expand({
      ...span,
      holidays: { place: PLACE, kinds: ['public'], effects: { holiday: true, learn: false } },
    })
    .finally(() => expander.close());
  const holidays = new EventList(PLACE, events);
  const calendar = joined(() => [holidays, new EventList('events', readEvents(EVENTS))]);
  const evaluatedFrom = START_SECONDS + HISTORY_DAYS * DAY_SECONDS;
  const evaluatedTo = START_SECONDS + DAYS * DAY_SECONDS;
  const known = (list: Calendar) => list.occurrences(evaluatedFrom, evaluatedTo, TIMEZONE);
  const named = (name: string) => known(calendar).filter((event) => event.name === name);
  const all = known(calendar);

  const timestamps = Float64Array.from({ length: DAYS * 1440 }, (_, minute) => START_SECONDS + 60 * minute);
  const load = shop(
    holidays.occurrences(span.fromSeconds, span.toSeconds, TIMEZONE),
    named('sale'),
    named('incident'),
  );
  const recording = recordingOfSamples(
    { timestamps, values: timestamps.map(load) },
    options.trigger.stepSeconds,
  );
  const replay = (used?: Calendar) => replayScaling(recording, { ...options, calendar: used });
  const scalings = { with: replay(calendar), without: replay() };

  const count = (DAYS - HISTORY_DAYS) * 1440;
  const special = minutesOf(all, evaluatedFrom, count);
  const after = minutesOf(all.map(followingDay), evaluatedFrom, count).map((one, minute) =>
    special[minute] ? 0 : one,
  );
  const rows: [string, Uint8Array][] = [
    [`${known(holidays).length} holidays`, minutesOf(known(holidays), evaluatedFrom, count)],
    ['sale, 4 h', minutesOf(named('sale'), evaluatedFrom, count)],
    ['incident, 6 h', minutesOf(named('incident'), evaluatedFrom, count)],
    ['the days after', after],
    ['other days', after.map((one, minute) => (one || special[minute] ? 0 : 1))],
    ['all but the incident', minutesOf(named('incident'), evaluatedFrom, count).map((one) => (one ? 0 : 1))],
  ];
  return [
    'Calendar: mean error of the forecast 15 min ahead, overloaded minutes and pod-hours, with / without a calendar',
    ...textTable([
      ['minutes of', 'mean error', 'overloaded minutes', 'pod-hours'],
      ...rows.map(([name, minutes]) => [name, ...cells(recording, minutes, scalings)]),
    ]),
  ].join('\n');
}

const options: BacktestOptions = {
  trigger: testTrigger({
    horizonSeconds: 900,
    historySeconds: HISTORY_DAYS * DAY_SECONDS,
    timezone: TIMEZONE,
    threshold: 0.7 * CAPACITY,
  }),
  setup: {
    ...clusterDefaults,
    targetPerReplica: 0.7 * CAPACITY,
    capacityPerReplica: CAPACITY,
    startupSeconds: 180,
  },
  refitSeconds: REFIT_SECONDS,
  span: { from: HISTORY_DAYS * 1440, to: DAYS * 1440 },
};

function cells(
  recording: Recording,
  minutes: Uint8Array,
  scalings: Readonly<Record<'with' | 'without', ReplayedScaling>>,
): string[] {
  const given = measure(recording, options, minutes, scalings.with);
  const without = measure(recording, options, minutes, scalings.without);
  return [
    `${given.meanError.toFixed(1)} / ${without.meanError.toFixed(1)}`,
    `${Math.round(given.overloadedMinutes)} / ${Math.round(without.overloadedMinutes)}`,
    `${Math.round(given.podHours)} / ${Math.round(without.podHours)}`,
  ];
}

/** Requests per second: 1000 on the afternoon of a working day, 700 on a Saturday, 400 on a Sunday, which begins later. */
function shop(
  holidays: readonly Occurrence[],
  sales: readonly Occurrence[],
  incidents: readonly Occurrence[],
): Load {
  const read = wallClock(TIMEZONE);
  const isIn = (events: readonly Occurrence[], atSeconds: number) =>
    events.some(({ startSeconds, endSeconds }) => startSeconds <= atSeconds && atSeconds < endSeconds);
  const ordinary: Load = (atSeconds) => {
    const { weekday, hour } = read(atSeconds);
    const isSunday = weekday === 0 || isIn(holidays, atSeconds);
    const most = isSunday ? 400 : weekday === 6 ? 700 : 1000;
    const opens = isSunday ? 9 : 7;
    const open = Math.max(0, Math.sin((Math.PI * (hour - opens)) / (23 - opens)));
    return 60 + most * Math.sqrt(open);
  };
  const noisy = withNoise(wandering(ordinary, 21, 0.06), 22, 0.05);
  return (atSeconds) =>
    noisy(atSeconds) *
    (isIn(sales, atSeconds) ? SALE_FACTOR : 1) *
    (isIn(incidents, atSeconds) ? LEFT_BY_INCIDENT : 1);
}
