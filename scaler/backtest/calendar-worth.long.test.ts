import assert from 'node:assert/strict';
import { testCalendar, testEvent } from '../../test/support/test-calendar.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import { runBacktest } from './backtest.js';
import { minutesOf } from './calendar-worth.js';
import { recordingOfSamples } from './recording.js';
import { clusterDefaults } from './scaled-workload.js';
import { worthLines } from './summary.js';

const DAY = 86_400;
const HOUR = 3600;
const DAYS = 11;
/** A Tuesday, so that the load ends with a Friday; the Thursday before is evaluated with it. */
const START = Date.parse('2026-11-10T00:00Z') / 1000;
const THURSDAY = START + 9 * DAY;
const SALE = { from: THURSDAY + 10 * HOUR, to: THURSDAY + 14 * HOUR };

describe('what a calendar was worth', () => {
  const timestamps = Float64Array.from({ length: DAYS * 1440 }, (_, minute) => START + 60 * minute);
  const values = timestamps.map((at) => {
    const wave = 200 + 150 * Math.sin((2 * Math.PI * (at % DAY)) / DAY) + ((at / 60) % 7);
    return at >= SALE.from && at < SALE.to ? 4 * wave : wave;
  });
  const recording = recordingOfSamples({ timestamps, values }, 300);
  const options = {
    trigger: testTrigger({ horizonSeconds: 900, threshold: 70 }),
    setup: { ...clusterDefaults, targetPerReplica: 70, capacityPerReplica: 100, startupSeconds: 180 },
    refitSeconds: 12 * HOUR,
    span: { from: 9 * 1440, to: DAYS * 1440 },
  };

  it('is measured against a replay that does not know it', function () {
    this.timeout(60_000);
    const calendar = testCalendar(testEvent('sale', SALE.from, SALE.to, { factor: 4 }));
    const known = runBacktest(recording, { ...options, calendar });
    const unknown = runBacktest(recording, options);
    const { during, after, all } = known.calendarWorth!;
    assert.equal(unknown.calendarWorth, undefined);
    assert.deepEqual([during.minutes, after.minutes, all.minutes], [240, 1440, 2880]);
    // The first and the last step of the sale are above or below four times an ordinary one by no more than noise.
    assert.ok(during.with.meanError < 30 && during.without.meanError > 50, JSON.stringify(during));
    assert.ok(
      during.with.overloadedMinutes < 1 && during.without.overloadedMinutes > 2,
      JSON.stringify(during),
    );
    assert.ok(after.with.meanError < after.without.meanError, JSON.stringify(after));
    const { podHours } = unknown.comparison.policies.find(({ key }) => key === 'predictive')!.outcome;
    assert.ok(Math.abs(all.without.podHours - podHours) < 1, `${all.without.podHours} of ${podHours}`);
    assert.match(
      worthLines(known).join('\n'),
      /^With the events known, this scaler had .* instead of .* overloaded in their hours and .*\nMean error of its forecast: .* in their hours, .* on the day after each\.$/,
    );
    assert.deepEqual(worthLines(unknown), []);
  });

  it('counts the minutes that lie in the span', () => {
    const at = (startSeconds: number, endSeconds: number) => ({ startSeconds, endSeconds });
    const minutes = minutesOf([at(-600, 90), at(240, 300), at(540, 9000), at(-9, -1)], 0, 10);
    assert.deepEqual([...minutes], [1, 1, 0, 0, 1, 0, 0, 0, 0, 1]);
  });
});
