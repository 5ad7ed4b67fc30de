import assert from 'node:assert/strict';
import { ScalerError } from '../shared/errors.js';
import { EventList } from './event-list.js';
import { Expander } from './expander.js';
import type { HolidayKind } from './holidays.js';
import type { CalendarEvents } from './types.js';

const at = (text: string): number => Date.parse(text) / 1000;
const YEAR = { fromSeconds: at('2026-01-01T00:00Z'), toSeconds: at('2027-01-01T00:00Z') };

/** An iCalendar text of events, each a list of lines. */
function ical(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event, i) => ['BEGIN:VEVENT', `UID:event-${i}`, ...event, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

describe('Calendars made into events', function () {
  this.timeout(20_000);
  const expander = new Expander();
  after(() => expander.close());

  const holidays = async (place: string, kinds: HolidayKind[] = ['public'], by = expander) =>
    await by.expand({ ...YEAR, holidays: { place, kinds, effects: { holiday: true, learn: false } } });
  const events = async (text: string, span = YEAR) =>
    await expander.expand({ ...span, ical: { text, effects: { factor: 2, learn: false } } });
  const spans = ({ events }: CalendarEvents, timezone = 'UTC') =>
    new EventList('calendar', events)
      .occurrences(YEAR.fromSeconds, YEAR.toSeconds, timezone)
      .map(({ startSeconds, endSeconds }) =>
        [startSeconds, endSeconds].map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 16)),
      );

  describe('holidays', () => {
    const days = async (place: string, kinds?: HolidayKind[]) =>
      spans(await holidays(place, kinds)).map(([start]) => start!.slice(5, 10));

    // Women's Day is a holiday in Berlin since 2019 (Gesetz über die Sonn- und Feiertage, § 1) and in Bavaria is not;
    // Epiphany, Corpus Christi and All Saints are in Bavaria (Feiertagsgesetz, article 1) and in Berlin are not.
    it('are those of the state', async () => {
      const [berlin, bavaria] = [await days('DE-BE'), await days('DE-BY')];
      assert.deepEqual(
        berlin.filter((day) => !bavaria.includes(day)),
        ['03-08'],
      );
      assert.deepEqual(
        bavaria.filter((day) => !berlin.includes(day)),
        ['01-06', '06-04', '11-01'],
      );
    });

    // Brazil: laws 662/1949, 6.802/1980 and 14.759/2023. Carnival is no public holiday of the country, but banks close.
    it('are of the kinds that are asked for', async () => {
      const [national, withBanks] = [await days('BR'), await days('br', ['public', 'bank'])];
      for (const day of ['01-01', '04-21', '05-01', '09-07', '10-12', '11-02', '11-15', '11-20', '12-25'])
        assert.ok(national.includes(day), day);
      assert.ok(!national.includes('02-17'));
      assert.ok(withBanks.includes('02-17'));
    });

    it("begin at midnight of the trigger's zone, and last the whole day", async () => {
      const [newYear] = spans(await holidays('DE-BE'), 'America/Sao_Paulo');
      assert.deepEqual(newYear, ['2026-01-01T03:00', '2026-01-02T03:00']);
    });

    it('name the places nearest to one that is not known', async () => {
      const expectations = {
        germany: /no country "GERMANY".*the nearest: DE \(Germany\)/,
        UK: /no country "UK".*the nearest: GB \([^,]+\);/,
        DEE: /no country "DEE".*DE \(Germany\)/,
        'DE-BB-X': /no region of DE-BB "X".*none are known there/,
        'DE-BX': /no state or region of DE "BX".*BE \(Berlin\).*BY \(Bayern\)/,
        '': /no country ""/,
      };
      for (const [place, message] of Object.entries(expectations))
        await assert.rejects(
          holidays(place),
          (error) => error instanceof ScalerError && message.test(error.message),
        );
    });
  });

  describe('iCalendar texts', () => {
    it('give all-day events as days of the zone, of 25 hours when the clocks are turned back', async () => {
      const text = ical(
        ['DTSTART;VALUE=DATE:20261025', 'SUMMARY:all day'],
        ['DTSTART;VALUE=DATE:20260501', 'DTEND;VALUE=DATE:20260503', 'SUMMARY:two days'],
      );
      assert.deepEqual(spans(await events(text), 'Europe/Berlin'), [
        ['2026-04-30T22:00', '2026-05-02T22:00'],
        ['2026-10-24T22:00', '2026-10-25T23:00'],
      ]);
    });

    it('repeat without end only within the span asked for', async () => {
      const text = ical([
        'DTSTART;TZID=America/Sao_Paulo:20200106T090000',
        'DURATION:PT2H',
        'RRULE:FREQ=WEEKLY',
      ]);
      const found = spans(await events(text));
      // Mondays of 2026, of which there are 52. São Paulo has had no summer time since 2019, and is 3 hours behind UTC.
      assert.equal(found.length, 52);
      assert.deepEqual(found[0], ['2026-01-05T12:00', '2026-01-05T14:00']);
      assert.deepEqual(found.at(-1), ['2026-12-28T12:00', '2026-12-28T14:00']);
    });

    it('repeat at the same time of day when clocks change, by a zone of the IANA database or of their own', async () => {
      const own = [
        'BEGIN:VTIMEZONE',
        'TZID:Central',
        'BEGIN:STANDARD',
        'DTSTART:19701025T030000',
        'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        'END:STANDARD',
        'BEGIN:DAYLIGHT',
        'DTSTART:19700329T020000',
        'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
        'TZOFFSETFROM:+0100',
        'TZOFFSETTO:+0200',
        'END:DAYLIGHT',
        'END:VTIMEZONE',
      ].join('\r\n');
      for (const [zone, definition] of [
        ['Europe/Berlin', ''],
        ['Central', `${own}\r\n`],
      ]) {
        const text = ical([
          `DTSTART;TZID=${zone}:20261023T100000`,
          'DURATION:PT1H',
          'RRULE:FREQ=DAILY;COUNT=4',
        ]);
        const found = spans(await events(text.replace('BEGIN:VEVENT', `${definition}BEGIN:VEVENT`)));
        assert.deepEqual(
          found.map(([start]) => start),
          ['2026-10-23T08:00', '2026-10-24T08:00', '2026-10-25T09:00', '2026-10-26T09:00'],
        );
      }
    });

    it('leave out what was excluded or cancelled, and follow what was moved', async () => {
      const text = ical([
        'DTSTART:20260601T100000Z',
        'DTEND:20260601T110000Z',
        'RRULE:FREQ=DAILY;COUNT=4',
        'EXDATE:20260602T100000Z',
        'SUMMARY:standup',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'UID:event-0',
        'RECURRENCE-ID:20260603T100000Z',
        'DTSTART:20260603T150000Z',
        'DTEND:20260603T170000Z',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'UID:event-0',
        'RECURRENCE-ID:20260604T100000Z',
        'DTSTART:20260604T100000Z',
        'DTEND:20260604T110000Z',
        'STATUS:CANCELLED',
        // Of a series that is not in the text: it stands for itself, and for none of the first.
        'END:VEVENT',
        'BEGIN:VEVENT',
        'UID:other',
        'RECURRENCE-ID:20260601T100000Z',
        'DTSTART:20260620T100000Z',
        'DTEND:20260620T110000Z',
      ]);
      assert.deepEqual(spans(await events(text)), [
        ['2026-06-01T10:00', '2026-06-01T11:00'],
        ['2026-06-03T15:00', '2026-06-03T17:00'],
        ['2026-06-20T10:00', '2026-06-20T11:00'],
      ]);
    });

    // The clocks of Berlin skip 2:00 to 3:00 on 29 March 2026, those of Lord Howe 2:00 to 2:30 on 4 October.
    it('go on after a time that the clocks skip, and keep its length', async () => {
      for (const [zone, day, expected] of [
        ['Europe/Berlin', '20260328', ['2026-03-28T01:15', '2026-03-29T01:15', '2026-03-30T00:15']],
        ['Australia/Lord_Howe', '20261003', ['2026-10-02T15:45', '2026-10-03T15:45', '2026-10-04T15:15']],
      ] as const)
        for (const tzid of [`;TZID=${zone}`, '']) {
          const text = ical([
            `DTSTART${tzid}:${day}T021500`,
            `DTEND${tzid}:${day}T023500`,
            'RRULE:FREQ=DAILY;COUNT=3',
          ]);
          const found = spans(await events(text), zone);
          assert.deepEqual(
            found.map(([start]) => start),
            expected,
          );
          for (const [start, end] of found) assert.equal(at(`${end}Z`) - at(`${start}Z`), 20 * 60);
        }
    });

    it('are at their start too where further times are listed, and name periods as what is not read', async () => {
      const when = ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000Z'];
      const found = await events(
        ical([...when, 'RDATE:20260605T100000Z'], [...when, 'RDATE;VALUE=PERIOD:20260608T100000Z/PT3H']),
      );
      assert.deepEqual(spans(found), [
        ['2026-06-01T10:00', '2026-06-01T11:00'],
        ['2026-06-05T10:00', '2026-06-05T11:00'],
      ]);
      assert.deepEqual(found.problems, [
        'event "event without a name": its RDATE has periods, which are not read; give times, or events of their own',
      ]);
    });

    it('say in the description what an event does, and do what the calendar says without', async () => {
      const when = ['DTSTART:20260601T100000Z', 'DURATION:PT1H'];
      const found = await events(
        ical(
          [...when, 'SUMMARY:plain'],
          [...when, 'SUMMARY:launch', 'DESCRIPTION:The new shop.\\nscaler: x3 replicas=20\\nSee the wiki.'],
          [...when, 'SUMMARY:from a web page', 'DESCRIPTION:<p>Sale</p>Scaler: floor=500&nbsp\\;<br>thanks'],
          [...when, 'SUMMARY:without a space', 'DESCRIPTION:scaler:x4'],
        ),
      );
      assert.deepEqual(
        found.events.map(({ name, effects }) => [name, effects]),
        [
          ['plain', { factor: 2, learn: false }],
          ['launch', { factor: 3, floorReplicas: 20, learn: false }],
          ['from a web page', { floor: 500, learn: false }],
          ['without a space', { factor: 4, learn: false }],
        ],
      );
    });

    it('name the events that cannot be used and go on with the others', async () => {
      const found = await events(
        ical(
          ['DTSTART:20260601T100000Z', 'SUMMARY:endless'],
          ['DTSTART:20260601T100000Z', 'DTEND:20260601T090000Z', 'SUMMARY:backwards'],
          [
            'DTSTART;TZID=Nowhere/Land:20260601T100000',
            'DTEND;TZID=Nowhere/Land:20260601T110000',
            'SUMMARY:lost',
          ],
          ['DTSTART:20260601T100000Z', 'DTEND:20260601T110000', 'SUMMARY:half local'],
          ['DTSTART:20260601T100000Z', 'DURATION:PT1H', 'SUMMARY:typo', 'DESCRIPTION:scaler: tripled'],
          ['DTSTART:20260601T100000Z', 'DURATION:PT1H', 'SUMMARY:good'],
        ),
      );
      assert.deepEqual(
        found.events.map(({ name }) => name),
        ['good'],
      );
      const expected = [
        /"endless": it has no end/,
        /"backwards": it ends before/,
        /"lost": its time zone "Nowhere\/Land"/,
        /"half local": only one of its start and its end has a time zone/,
        /"typo": "tripled" is not one of/,
      ];
      assert.equal(found.problems.length, expected.length);
      for (const [i, pattern] of expected.entries()) assert.match(found.problems[i]!, pattern);
    });

    it('are stopped when a recurrence never matches, and others are read after it', async function () {
      this.timeout(60_000);
      const text = ical([
        'DTSTART:20260101T000000Z',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
      ]);
      // The holidays begin with a new thread, which takes seconds where processors are short.
      const impatient = new Expander(8);
      try {
        const hostile = impatient.expand({ ...YEAR, ical: { text, effects: { learn: false } } });
        // Waits for as long as the other takes.
        const other = holidays('DE-BE', ['public'], impatient);
        await assert.rejects(
          hostile,
          /takes more than 8 s to expand; look for a recurrence that never matches/,
        );
        assert.ok((await other).events.some(({ name }) => name === 'Neujahr'));
      } finally {
        await impatient.close();
      }
    });

    it('are read in time however many events a team has had', async () => {
      const past = ['DTSTART;TZID=Europe/Berlin:20190108T100000', 'DURATION:PT1H'];
      const coming = ['DTSTART;TZID=Europe/Berlin:20260108T100000', 'DURATION:PT1H'];
      const found = await events(ical(...new Array(20_000).fill(past), coming));
      assert.deepEqual(spans(found), [['2026-01-08T09:00', '2026-01-08T10:00']]);
    });

    it('are bounded in how many times they give', async () => {
      const text = ical(['DTSTART:20260101T000000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY', 'SUMMARY:tick']);
      const found = await events(text, { fromSeconds: YEAR.fromSeconds, toSeconds: at('2026-01-20T00:00Z') });
      assert.equal(found.events.length, 5000);
      assert.match(found.problems[0]!, /more than 5000 occurrences from 2026-01-01 to 2026-01-20/);
    });

    it('are refused when they are something else', async () => {
      for (const text of ['', '<html>Sign in</html>', 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD'])
        await assert.rejects(events(text), /is no iCalendar text.*expected BEGIN:VCALENDAR/);
    });
  });
});
