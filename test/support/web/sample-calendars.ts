import { EventList, joined } from '../../../scaler/calendar/event-list.js';
import { readEvents } from '../../../scaler/calendar/event-text.js';
import { comingEvents } from '../../../scaler/planner/events.js';
import { currentStepSeconds, outlookOf } from '../../../scaler/planner/outlook.js';
import { planAnswer } from '../../../scaler/planner/plan-answer.js';
import type { KnownCalendars } from '../../../scaler/web/api/event-views.js';
import { SAMPLE_NOW_SECONDS, type Sample, snapshotOf } from './sample-answers.js';

/** For pages that know of no calendar. */
export const noCalendars: KnownCalendars = { of: () => undefined, states: () => [] };

/** Calendars around `SAMPLE_NOW_SECONDS`: a holiday to come, a launch, and a load test that is over. */
const lists = [
  new EventList('de-holidays', readEvents('Internationaler Frauentag: 2026-03-08/P1D holiday')),
  new EventList(
    'launches',
    readEvents(
      'load test: 2026-03-02T10:00/PT3H no-learn; spring collection: 2026-03-12T18:00/PT6H x3 replicas=20',
    ),
  ),
];

/** The calendar `launches` was read two hours ago, and then no more. */
export const sampleCalendars: KnownCalendars = {
  of: ({ calendars, events }) =>
    joined(() => [...lists.filter(({ name }) => calendars.includes(name)), new EventList('events', events)]),
  states: (names) =>
    lists
      .filter(({ name }) => names.includes(name))
      .map(({ name, events }) => ({
        name,
        origin: name === 'launches' ? 'https://calendar.example.com' : 'holidays of DE-BE',
        readAtSeconds: SAMPLE_NOW_SECONDS - (name === 'launches' ? 7500 : 300),
        events: events.length,
        problem:
          name === 'launches'
            ? 'cannot be reached (connect ECONNREFUSED); check that it runs and listens on that port'
            : undefined,
      })),
};

/** A sample whose trigger names these calendars and has a sale of its own in the evening, and which answers so. */
export function withCalendars(sample: Sample): Sample {
  const trigger = {
    ...sample.trigger,
    timezone: 'Europe/Berlin',
    calendars: lists.map(({ name }) => name),
    events: readEvents('flash sale: 2026-03-04T19:30/PT2H x2'),
  };
  const evidence = { ...sample.evidence!, inUse: trigger };
  const model = evidence.model!;
  const events = comingEvents(
    sampleCalendars.of(trigger),
    trigger,
    currentStepSeconds(model, SAMPLE_NOW_SECONDS),
  );
  const { observed, observedAtSeconds } = snapshotOf(sample);
  const answer = planAnswer({
    trigger,
    nowSeconds: SAMPLE_NOW_SECONDS,
    observation: { atSeconds: observedAtSeconds, value: observed },
    observeFailure: undefined,
    historyFailure: undefined,
    outlook: outlookOf(model, { trigger }, SAMPLE_NOW_SECONDS, events),
    events,
    freshSeconds: 60,
    maxStalenessSeconds: 1800,
  });
  return { trigger, answer, evidence };
}
