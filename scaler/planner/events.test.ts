import assert from 'node:assert/strict';
import { testCalendar, testEvent } from '../../test/support/test-calendar.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import type { Calendar, Effects } from '../calendar/types.js';
import { fit, type Series } from '../forecast/index.js';
import { cutSeries } from '../forecast/series.js';
import { likeText } from './events.js';
import { fitOptions } from './fit-options.js';
import { fitCompact } from './fit-worker.js';
import { type Outlook, outlookOf } from './outlook.js';
import { RefittingModel } from './refitting-model.js';
import { decideSignal, type SignalSettings } from './signal.js';

const STEP = 300;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const MIDNIGHT = Date.parse('2026-11-27T00:00Z') / 1000;
const EIGHT = MIDNIGHT + 20 * HOUR;

const trigger = testTrigger({ horizonSeconds: 900 });
const settings: SignalSettings = {
  mode: 'predict',
  minValue: undefined,
  maxValue: undefined,
  activationThreshold: 0,
  threshold: 10,
};

/** 100, and a little more every second step. */
const steady = (t: number) => 100 + (t % 2);

function history(untilSeconds: number, loadAt: (step: number) => number, days = 9): Series {
  const startSeconds = untilSeconds - days * DAY;
  const values = Float64Array.from({ length: (days * DAY) / STEP }, (_, i) =>
    loadAt(startSeconds / STEP + i),
  );
  return { startSeconds, stepSeconds: STEP, values };
}

/** What is answered at a moment whose steps before are all known. */
function answerAt(
  nowSeconds: number,
  calendar: Calendar | undefined,
  { observed = 100 as number | undefined, stale = false, given = settings, loadAt = steady, days = 9 } = {},
) {
  const until = Math.floor(nowSeconds / STEP) * STEP;
  const model = new RefittingModel({ trigger }, HOUR, 0, calendar);
  if (days > 0) model.offer(until, fit(history(until, loadAt, days), fitOptions(trigger, until, model)));
  const outlook = model.outlook(nowSeconds);
  return { outlook, ...decideSignal(given, outlook, { observed, stale, events: model.events(nowSeconds) }) };
}

const sale = (effects: Partial<Effects>) => testCalendar(testEvent('sale', EIGHT, EIGHT + HOUR, effects));

describe('a known event', () => {
  it('is answered from one horizon before it begins until it is over', () => {
    const calendar = sale({ factor: 3 });
    const values = [-16, -15, -14.5, -1, 0, 30, 59, 60, 90].map((minutes) => {
      const load = minutes >= 0 && minutes < 60 ? 3 * 100 : 100;
      return Math.round(answerAt(EIGHT + minutes * MINUTE, calendar, { observed: load }).value / 100);
    });
    assert.deepEqual(values, [1, 3, 3, 3, 3, 3, 3, 1, 1]);
  });

  it('multiplies an ordinary time, not the load that has it in it already', () => {
    const loadAt = (step: number) => (step * STEP >= EIGHT ? 3 * steady(step) : steady(step));
    const { value } = answerAt(EIGHT + 40 * MINUTE, sale({ factor: 3 }), { observed: 300, loadAt });
    assert.ok(value >= 300 && value < 330, `${value}`);
    const after = answerAt(EIGHT + 62 * MINUTE, sale({ factor: 3 }), { observed: 100, loadAt });
    assert.ok(after.value < 110, `${after.value} once it is over`);
  });

  it('never lowers the answer below the load now', () => {
    assert.equal(answerAt(EIGHT, sale({ factor: 0.1 }), { observed: 250 }).value, 250);
    const { value, outlook } = answerAt(EIGHT, sale({ factor: 0.1 }), { observed: 0 });
    assert.ok(value < 12 && outlook!.forecast.mean[0]! < 12, `${value}`);
  });

  it('has a floor in the unit of the query, or in replicas', () => {
    assert.equal(answerAt(EIGHT - 15 * MINUTE, sale({ floor: 777 })).value, 777);
    assert.equal(answerAt(EIGHT - 15 * MINUTE, sale({ floorReplicas: 25 })).value, 250);
    const low = answerAt(EIGHT - 15 * MINUTE, sale({ floor: 5 }));
    assert.equal(low.value, answerAt(EIGHT - 15 * MINUTE, undefined).value);
  });

  it('that overlaps another: factors multiply, the larger floor holds', () => {
    const both = testCalendar(
      testEvent('a', EIGHT, EIGHT + HOUR, { factor: 2, floor: 50 }),
      testEvent('b', EIGHT + HOUR / 2, EIGHT + 2 * HOUR, { factor: 3, floor: 900 }),
    );
    const at = (minutes: number) => answerAt(EIGHT + minutes * MINUTE, both).value;
    assert.ok(Math.abs(at(0) / 200 - 1) < 0.05, `${at(0)}`);
    assert.equal(at(15), 900);
    assert.equal(at(60), 900);
    const { occurrences } = both;
    const noFloors: Calendar = {
      occurrences: (...span) =>
        occurrences(...span).map((one) => ({
          ...one,
          effects: { factor: one.effects.factor!, learn: false },
        })),
    };
    assert.ok(Math.abs(answerAt(EIGHT + 15 * MINUTE, noFloors).value / 600 - 1) < 0.05);
  });

  it('is bounded by minValue and maxValue', () => {
    const bounded = { ...settings, maxValue: 200 };
    const { value, unboundedValue, bound } = answerAt(EIGHT, sale({ floor: 777 }), { given: bounded });
    assert.deepEqual(
      { value, unboundedValue, bound },
      { value: 200, unboundedValue: 777, bound: 'maxValue' },
    );
  });

  it('wakes a workload one horizon before, as a forecast does', () => {
    const asleep = { observed: 0, loadAt: () => 0 };
    const states = [-16, -15, 0, 59, 60].map(
      (minutes) => answerAt(EIGHT + minutes * MINUTE, sale({ floorReplicas: 2 }), asleep).active,
    );
    assert.deepEqual(states, [false, true, true, true, false]);
    // A tenth of what a replica carries is no load that means something.
    const { active, value } = answerAt(EIGHT, sale({ floor: 1 }), asleep);
    assert.deepEqual({ active, value }, { active: false, value: 0 });
    assert.equal(answerAt(EIGHT, sale({ factor: 50 }), asleep).active, false);
  });

  it('does nothing on a dry run, and shows what it would do', () => {
    const given = { ...settings, mode: 'observe' as const };
    const { value, outlook } = answerAt(EIGHT, sale({ factor: 3 }), { given });
    assert.equal(value, 100);
    assert.ok(outlook!.forecast.peak > 290);
  });

  it('is said with the answer while it has a part in it', () => {
    const { outlook } = answerAt(EIGHT, sale({ factor: 3, floorReplicas: 20 }));
    assert.deepEqual(outlook!.events, [
      testEvent('sale', EIGHT, EIGHT + HOUR, { factor: 3, floorReplicas: 20 }),
    ]);
    assert.deepEqual(answerAt(EIGHT - 16 * MINUTE, sale({ factor: 3 })).outlook!.events, []);
  });
});

describe('a known event without a forecast', () => {
  it('has its floor and multiplies the load before it, where history is too short for a model', () => {
    const short = {
      days: 1 / 48,
      observed: 300,
      loadAt: (t: number) => (t * STEP >= EIGHT ? 300 : steady(t)),
    };
    const during = answerAt(EIGHT + 10 * MINUTE, sale({ factor: 4 }), short);
    assert.equal(during.outlook!.stage, 'observed');
    assert.deepEqual([during.value, during.decidedBy, during.reason], [404, 'event', 'warming-up']);
    const floor = answerAt(EIGHT + 10 * MINUTE, sale({ floor: 500 }), short);
    assert.equal(floor.value, 500);
  });

  it('multiplies the load now until it begins, where there is no history at all', () => {
    const none = { days: 0, observed: 40 };
    const before = answerAt(EIGHT - 10 * MINUTE, sale({ factor: 3 }), none);
    assert.deepEqual([before.value, before.decidedBy, before.active], [120, 'event', true]);
    const during = answerAt(EIGHT + 10 * MINUTE, sale({ factor: 3 }), none);
    assert.deepEqual([during.value, during.decidedBy], [40, 'observed']);
    assert.equal(answerAt(EIGHT + 10 * MINUTE, sale({ floor: 50 }), none).value, 50);
    assert.equal(answerAt(EIGHT - 16 * MINUTE, sale({ floor: 50 }), none).value, 40);
  });

  it('is there while the source does not answer', () => {
    const stale = { observed: undefined, stale: true };
    const { value, reason } = answerAt(EIGHT - 10 * MINUTE, sale({ factor: 3 }), stale);
    assert.ok(reason === 'stale' && value > 290, `${value}, ${reason}`);
  });

  it('multiplies what a guarded model answers too', () => {
    const walk = new Float64Array((14 * DAY) / STEP);
    let at = 500;
    for (let t = 0; t < walk.length; t++) {
      at += ((t * 7919) % 101) / 50 - 1;
      walk[t] = at;
    }
    const model = fit(
      { startSeconds: EIGHT - 14 * DAY, stepSeconds: STEP, values: walk },
      fitOptions(trigger, EIGHT, { refitSeconds: HOUR }),
    );
    const guarded: Outlook = outlookOf({ ...model, trust: 0.2 }, { trigger }, EIGHT);
    const factors = new Float64Array(4).fill(2);
    const floors = new Float64Array(4).fill(Number.NEGATIVE_INFINITY);
    const events = {
      effects: { factors, floors },
      occurrences: [],
      factor: 2,
      floor: -Infinity,
      hasBegun: true,
    };
    const doubled = outlookOf({ ...model, trust: 0.2 }, { trigger }, EIGHT, events);
    assert.ok(Math.abs(doubled.forecast.peak / guarded.forecast.peak - 2) < 1e-9);
  });
});

describe('models that know a calendar', () => {
  const isOff = (step: number) => step * STEP >= MIDNIGHT && step * STEP < MIDNIGHT + DAY;
  const loadAt = (step: number) => {
    const wave = 100 + 80 * Math.sin((2 * Math.PI * step * STEP) / DAY) + ((step * 7919) % 13);
    return isOff(step) || new Date(step * STEP * 1000).getUTCDay() === 0 ? 0.3 * wave : wave;
  };
  const calendar = testCalendar(testEvent('Feast', MIDNIGHT, MIDNIGHT + DAY, { holiday: true }));

  /** Lives through every step from one moment to another, as the planner and the replay do. */
  function live(model: RefittingModel, fromSeconds: number, toSeconds: number): void {
    for (let now = fromSeconds; now <= toSeconds; now += STEP) {
      const known = history(now, loadAt, 16);
      model.advance(now, known);
      const boundary = model.dueBoundarySeconds(now, now);
      if (boundary === undefined) continue;
      const window = cutSeries(known, boundary - trigger.historySeconds, boundary);
      model.offer(boundary, fitCompact(window, fitOptions(trigger, boundary, model)));
      model.advance(now, known);
    }
  }

  it('agree in every replica, whenever it was started, before a holiday, in it and after it', () => {
    for (const hour of [-0.25, 9, 25]) {
      const now = MIDNIGHT + hour * HOUR;
      const old = new RefittingModel({ trigger }, HOUR, 0, calendar);
      const young = new RefittingModel({ trigger }, HOUR, 0, calendar);
      live(old, now - 3 * HOUR, now);
      live(young, now - STEP, now);
      assert.deepEqual(young.outlook(now), old.outlook(now));
      const [event] = old.outlook(now)!.events;
      assert.equal(event?.name, hour < 24 ? 'Feast' : undefined);
      const like = event?.like && likeText(event.like, 'UTC');
      // 2026-11-27 is a Friday; the window of 14 days holds two Sundays.
      assert.equal(like, hour < 24 ? 'like Sunday 2026-11-22 and 1 more' : undefined);
    }
  });
});
