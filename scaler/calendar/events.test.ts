import assert from 'node:assert/strict';
import { ValidationError } from '../shared/fields.js';
import { EventList, joined } from './event-list.js';
import { eventText, readEvents } from './event-text.js';
import type { Occurrence } from './types.js';

const at = (text: string): number => Date.parse(text) / 1000;
const ALWAYS = [at('2020-01-01T00:00Z'), at('2030-01-01T00:00Z')] as const;

function occurrences(text: string, timezone = 'UTC'): readonly Occurrence[] {
  return new EventList('events', readEvents(text)).occurrences(...ALWAYS, timezone);
}

function refusal(text: string): string {
  try {
    readEvents(text);
  } catch (error) {
    if (error instanceof ValidationError) return error.reason!;
    throw error;
  }
  assert.fail(`accepted: ${text}`);
}

describe('Events as text', () => {
  it('say when they are, what they do and what they are called', () => {
    assert.deepEqual(
      occurrences(
        'Black Friday: 2026-11-27T00:00/P1D x3 replicas=20; 2026-12-01T10:00Z/PT2H no-learn; 2026-12-05T20:00+02:00/2026-12-05T22:00+02:00 floor=500 like=2025-12-06 learn',
      ),
      [
        {
          name: 'Black Friday',
          calendar: 'events',
          startSeconds: at('2026-11-27T00:00Z'),
          endSeconds: at('2026-11-28T00:00Z'),
          effects: { factor: 3, floorReplicas: 20, learn: false },
        },
        {
          name: '2026-12-01T10:00Z/PT2H',
          calendar: 'events',
          startSeconds: at('2026-12-01T10:00Z'),
          endSeconds: at('2026-12-01T12:00Z'),
          effects: { learn: false },
        },
        {
          name: '2026-12-05T20:00+02:00/2026-12-05T22:00+02:00',
          calendar: 'events',
          startSeconds: at('2026-12-05T18:00Z'),
          endSeconds: at('2026-12-05T20:00Z'),
          // The event begins at 18:00 in UTC, which is the zone here, and so does the day that it is like.
          effects: { floor: 500, likeStartSeconds: at('2025-12-06T18:00Z'), learn: true },
        },
      ],
    );
  });

  it("are in the trigger's time zone where they have none of their own", () => {
    const hours = (timezone: string) =>
      occurrences('2026-11-27/P1D x3', timezone).map(({ startSeconds }) => startSeconds);
    assert.deepEqual(hours('Asia/Tokyo'), [at('2026-11-26T15:00Z')]);
    assert.deepEqual(hours('America/Sao_Paulo'), [at('2026-11-27T03:00Z')]);
    assert.deepEqual(hours('Asia/Kathmandu'), [at('2026-11-26T18:15Z')]);
  });

  // In 2026 the clocks of Berlin are turned ahead on 29 March at 2:00 and back on 25 October at 3:00 (directive 2000/84/EC).
  it('last as long as the day does on which clocks change, and exactly as long as their hours', () => {
    const lengths = (text: string) =>
      occurrences(text, 'Europe/Berlin').map((one) => (one.endSeconds - one.startSeconds) / 3600);
    assert.deepEqual(lengths('2026-10-25/P1D holiday'), [25]);
    assert.deepEqual(lengths('2026-03-29/P1D holiday'), [23]);
    assert.deepEqual(lengths('2026-10-25/PT24H holiday'), [24]);
    assert.deepEqual(lengths('2026-10-24T22:00/2026-10-25T06:00 x2'), [9]);
    assert.deepEqual(lengths('2026-10-24T12:00/P1DT1H x2'), [26]);
  });

  it('begin at the first of two equal times, and after a time that the clock skips', () => {
    const starts = (text: string) => occurrences(text, 'Europe/Berlin').map((one) => one.startSeconds);
    assert.deepEqual(starts('2026-10-25T02:30/PT1H x2'), [at('2026-10-25T00:30Z')]);
    assert.deepEqual(starts('2026-03-29T02:30/PT1H x2'), [at('2026-03-29T01:30Z')]);
  });

  it('keep their length where the clock skips their end or their start', () => {
    const [one] = occurrences('2026-03-29T02:15/2026-03-29T03:10 x2', 'Europe/Berlin');
    assert.deepEqual(
      [one!.startSeconds, one!.endSeconds],
      [at('2026-03-29T01:15Z'), at('2026-03-29T02:10Z')],
    );
  });

  it('are refused with what is wrong and what is accepted', () => {
    assert.match(refusal('2026-11-27 x3'), /^event 1, "2026-11-27 x3": it has no end; .*2026-11-27\/P1D/);
    assert.match(
      refusal('2026-11-27/P1D x3; 2026-12-01/P1D'),
      /^event 2, .*does not say what the event does.*`x3`/,
    );
    assert.match(refusal('2026-11-27/P1D y3'), /"y3" is not one of .*`replicas=20`/);
    assert.match(refusal('2026-11-27/P1D x0'), /"x0": expected a number above 0/);
    assert.match(refusal('2026-11-27/P1D replicas=0'), /replicas=0/);
    assert.match(refusal('2026-11-27/P1D x2 x3'), /says factor twice/);
    assert.match(refusal('2026-11-27/P1D learn no-learn'), /says learn twice/);
    assert.match(refusal('2026-11-27/P1D like=2025-02-30'), /like=2025-02-30.*expected a day/);
    assert.match(refusal('2026-02-30/P1D x3'), /not an ISO 8601 interval/);
    assert.match(refusal('2026-11-27T25:00/P1D x3'), /not an ISO 8601 interval/);
    assert.match(refusal('2026-11-27/P x3'), /"P" is neither an end nor a duration/);
    assert.match(refusal('2026-11-27/P1M x3'), /"P1M" is neither an end nor a duration/);
    assert.match(refusal('2026-11-27/2026-11-28 x3'), /2026-11-28T00:00 or 2026-11-28T24:00/);
    assert.match(refusal('2026-11-27T00:00/2026-11-26T00:00 x3'), /ends before it begins/);
    assert.match(refusal('2026-11-27T00:00Z/2026-11-28T00:00 x3'), /only one of start and end/);
    assert.match(refusal('2026-11-27/P400D x3'), /longer than a year/);
    assert.match(refusal(Array(101).fill('2026-11-27/P1D x3').join(';')), /101 events; at most 100/);
  });

  it('are written as they are read', () => {
    const events = readEvents(
      'Black Friday: 2026-11-27/P1D x3 replicas=20; 2026-12-01T10:00Z/PT90S no-learn; 2026-12-05T20:00/2026-12-05T22:30 floor=500 like=2025-12-06 learn; day off: 2026-12-24/P1DT6H holiday x0.5; little: 2026-12-30/P1D floor=0.0000001 x0.0000001',
    );
    assert.deepEqual(readEvents(events.map(eventText).join('; ')), events);
  });

  it('include the last moment of a day when their end says so', () => {
    const [event] = occurrences('2026-11-27/2026-11-28T24:00 x3');
    assert.equal(event!.endSeconds, at('2026-11-29T00:00Z'));
  });
});

describe('A list of events', () => {
  const list = new EventList(
    'sales',
    readEvents('long: 2026-01-01/P20D x2; short: 2026-01-05/P1D x3; late: 2026-02-01/P1D x4'),
  );
  const names = (from: string, to: string) =>
    list.occurrences(at(from), at(to), 'UTC').map(({ name }) => name);

  it('gives those that overlap a span, in order', () => {
    assert.deepEqual(names('2026-01-01T00:00Z', '2026-03-01T00:00Z'), ['long', 'short', 'late']);
    assert.deepEqual(names('2026-01-10T00:00Z', '2026-01-11T00:00Z'), ['long']);
    assert.deepEqual(names('2026-01-21T00:00Z', '2026-02-01T00:00Z'), []);
    assert.deepEqual(names('2026-02-01T23:59Z', '2026-02-05T00:00Z'), ['late']);
  });

  it('is one with others, and follows when they change', () => {
    let lists = [list];
    const both = joined(() => lists);
    lists = [list, new EventList('launches', readEvents('launch: 2026-01-03/P1D x5'))];
    assert.deepEqual(
      both
        .occurrences(at('2026-01-01T00:00Z'), at('2026-01-10T00:00Z'), 'UTC')
        .map(({ name, calendar }) => [calendar, name]),
      [
        ['sales', 'long'],
        ['launches', 'launch'],
        ['sales', 'short'],
      ],
    );
  });
});
