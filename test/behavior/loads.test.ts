import assert from 'node:assert/strict';
import { atLocalHour, byHours, constant, counts, wallClock } from './loads.js';
import { measureAll, type Scenario, SETTINGS } from './scenario.js';

describe('loads of the behavior measurements', () => {
  it('read the wall clock of a zone, before and after its clocks change', () => {
    const berlin = wallClock('Europe/Berlin');
    // Clocks went from 02:00 to 03:00 on Sunday, 2026-03-29, at 01:00 UTC.
    assert.equal(berlin(Date.parse('2026-03-29T00:30:00Z') / 1000).hour, 1.5);
    assert.equal(berlin(Date.parse('2026-03-29T01:30:00Z') / 1000).hour, 3.5);
    assert.equal(berlin(Date.parse('2026-03-29T01:30:00Z') / 1000).weekday, 0);
  });

  it('find local hours on a day with a change of the clocks', () => {
    const noon = Date.parse('2026-03-29T12:00:00Z') / 1000;
    assert.equal(
      new Date(atLocalHour('Europe/Berlin', noon, 0) * 1000).toISOString(),
      '2026-03-28T23:00:00.000Z',
    );
    assert.equal(
      new Date(atLocalHour('Europe/Berlin', noon, 9) * 1000).toISOString(),
      '2026-03-29T07:00:00.000Z',
    );
  });

  it('change at the given hours, across midnight too', () => {
    const load = byHours('UTC', [19, 7], constant(0), constant(5));
    const at = (time: string) => load(Date.parse(`2026-03-03T${time}Z`) / 1000);
    assert.deepEqual(['18:59', '19:00', '06:59', '07:00'].map(at), [5, 0, 0, 5]);
  });

  it('count events with the mean and the variance of a Poisson distribution', () => {
    const load = counts(constant(20), 1);
    const drawn = Float64Array.from({ length: 20_000 }, (_, minute) => load(60 * minute));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
    // Standard errors are 0.03 and 0.2.
    assert.ok(Math.abs(mean - 20) < 0.2, `mean ${mean}`);
    assert.ok(Math.abs(variance - 20) < 1, `variance ${variance}`);
  });
});

describe('measureAll', () => {
  it('covers every weekday, and keeps the worst of each measurement', () => {
    const scenario: Scenario = {
      title: 'weekdays',
      measure: ({ timezone, midnightSeconds }) => {
        const measured = wallClock(timezone)(midnightSeconds).weekday;
        return [
          { what: 'lowest', measured, wanted: { atLeast: 0 } },
          { what: 'highest', measured, wanted: { atMost: 6 } },
        ];
      },
    };
    const results = measureAll([scenario]);
    assert.deepEqual(
      results.map(({ what, measured, settings }) => [what, measured, settings]),
      [
        ['lowest', 0, SETTINGS.length],
        ['highest', 6, SETTINGS.length],
      ],
    );
    const weekdays = new Set(
      SETTINGS.map(({ timezone, midnightSeconds }) => wallClock(timezone)(midnightSeconds).weekday),
    );
    assert.equal(weekdays.size, 7);
  });
});
