import assert from 'node:assert/strict';
import { seasonSlots, slotAt, slotCount, utcOffsetSeconds } from './local-time.js';

const DAY = 86_400;
const at = (iso: string) => Date.parse(iso) / 1000;
/** The wall clock of each step as hours, out of its slot of the day. */
function wallHours(timezone: string, fromIso: string, count: number, stepSeconds = 1800): number[] {
  return [...seasonSlots({ startSeconds: at(fromIso), stepSeconds, timezone }, count, DAY)].map(
    (slot) => (slot * stepSeconds) / 3600,
  );
}

describe('local time', () => {
  it('skips the hour that Berlin skips on 2026-03-29', () => {
    assert.deepEqual(wallHours('Europe/Berlin', '2026-03-29T00:00:00Z', 5), [1, 1.5, 3, 3.5, 4]);
  });

  it('repeats the hour that Berlin repeats on 2026-10-25', () => {
    assert.deepEqual(wallHours('Europe/Berlin', '2026-10-25T00:00:00Z', 6), [2, 2.5, 2, 2.5, 3, 3.5]);
  });

  it('follows New York, where the clocks change on other days than in Europe', () => {
    assert.deepEqual(wallHours('America/New_York', '2026-03-08T06:30:00Z', 3), [1.5, 3, 3.5]);
    assert.deepEqual(wallHours('America/New_York', '2026-11-01T05:30:00Z', 3), [1.5, 1, 1.5]);
  });

  it('moves Lord Howe by half an hour', () => {
    // The clocks go from 02:00 back to 01:30 on 2026-04-05.
    assert.deepEqual(wallHours('Australia/Lord_Howe', '2026-04-04T14:30:00Z', 3), [1.5, 1.5, 2]);
  });

  it('knows that São Paulo has kept its clocks since 2019', () => {
    assert.equal(utcOffsetSeconds('America/Sao_Paulo', at('2026-01-15T12:00:00Z')), -3 * 3600);
    assert.equal(utcOffsetSeconds('America/Sao_Paulo', at('2026-07-15T12:00:00Z')), -3 * 3600);
    assert.equal(utcOffsetSeconds('America/Sao_Paulo', at('2018-12-15T12:00:00Z')), -2 * 3600);
  });

  it('takes offsets of half and quarter hours, and before the epoch', () => {
    assert.equal(utcOffsetSeconds('Asia/Kolkata', at('2026-01-01T00:00:00Z')), 5.5 * 3600);
    assert.equal(utcOffsetSeconds('Asia/Kathmandu', at('2026-01-01T00:00:00Z')), 5.75 * 3600);
    assert.equal(utcOffsetSeconds('Europe/Berlin', at('1969-07-20T20:17:00Z')), 3600);
  });

  // Zones whose clocks change in spring and autumn, at midnight, by half an hour, in the month of Ramadan, and never.
  for (const timezone of [
    'Europe/Berlin',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Kolkata',
  ])
    it(`has the offset that Intl names, at each half hour of a year in ${timezone}`, () => {
      const named = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
      for (let time = at('2026-01-01T00:00Z'); time < at('2027-01-01T00:00Z'); time += 1800) {
        const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(named.format(time * 1000))!;
        const offset = 3600 * Number(hours ?? 0) + 60 * Number(minutes ?? 0);
        assert.equal(utcOffsetSeconds(timezone, time), sign === '-' ? -offset : offset);
      }
    });

  it('finds the same slots in one look as step by step, over a year with both changes', () => {
    for (const timezone of ['UTC', 'Europe/Berlin', 'Pacific/Chatham', 'Africa/Casablanca']) {
      const start = at('2026-01-01T00:10:00Z');
      const together = seasonSlots({ startSeconds: start, stepSeconds: 3000, timezone }, 365 * 28, 7 * DAY);
      const slots = slotCount(7 * DAY, 3000);
      for (let t = 0; t < together.length; t += 7) {
        const time = start + t * 3000;
        const alone = slotAt(time, utcOffsetSeconds(timezone, time), 7 * DAY, slots);
        assert.equal(together[t], alone, `${timezone}, step ${t}`);
      }
    }
  });

  it('covers a period that is no multiple of the step with slots of equal length', () => {
    assert.equal(slotCount(DAY, 420), 206);
    const seen = new Set(seasonSlots({ startSeconds: 0, stepSeconds: 420, timezone: 'UTC' }, 3 * 206, DAY));
    assert.equal(seen.size, 206);
  });

  it('gives every step of a day a slot of its own, whatever the step', () => {
    for (const stepSeconds of [15, 30, 60, 120, 300, 420, 900]) {
      const slots = slotCount(DAY, stepSeconds);
      const clock = { startSeconds: at('2026-03-02T00:00:00Z'), stepSeconds, timezone: 'Asia/Kolkata' };
      const seen = new Set(seasonSlots(clock, slots, DAY));
      assert.equal(seen.size, slots, `step of ${stepSeconds} s`);
    }
  });

  it('refuses a zone that does not exist', () => {
    assert.throws(() => utcOffsetSeconds('Mars/Olympus', 0), RangeError);
  });
});
