import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import type { Effects } from '../calendar/types.js';
import { type FittedModel, fit as fitModel } from '../forecast/index.js';
import { outlookOf } from './outlook.js';
import { decideSignal, type SignalSettings } from './signal.js';

const DAY_STEPS = 288;
const STEP_SECONDS = 300;

const trigger = testTrigger({ horizonSeconds: 1800, stepSeconds: STEP_SECONDS, podStartupSeconds: 600 });
const settings: SignalSettings = {
  mode: 'predict',
  minValue: undefined,
  maxValue: undefined,
  activationThreshold: 0,
  threshold: 10,
};

/** A load that is 10 and rises to 100 from 09:00 to 10:00 each day; the model ends at 08:50. */
function morningModel(): FittedModel {
  const values = Float64Array.from({ length: 6 * DAY_STEPS + 106 }, (_, t) =>
    t % DAY_STEPS >= 108 && t % DAY_STEPS < 120 ? 100 : 10,
  );
  return fitModel(
    { startSeconds: 0, stepSeconds: STEP_SECONDS, values },
    { horizonSteps: 6, seasonality: 'auto', timezone: 'UTC' },
  );
}

describe('decideSignal', () => {
  const model = morningModel();
  const nowSeconds = model.endSeconds;
  const outlook = outlookOf(model, { trigger }, nowSeconds);

  it('answers the coming peak before the load is there', () => {
    const signal = decideSignal(settings, outlook, { observed: 10, stale: false });
    assert.equal(signal.reason, 'forecast');
    assert.ok(Math.abs(signal.value - 100) < 5, `${signal.value}`);
  });

  describe('with a chosen policy', () => {
    const policy = {
      basis: 'forecast',
      quantile: 0.9,
      headroom: 1,
      floor: { from: 'none', share: 0 },
    } as const;
    const result = { headroom: 1, podHoursPerDay: 120, overloadedShare: 0, held: true, curve: [] };
    const chosen = { ...result, policy, weekFloor: 0 };
    const choice = {
      boundarySeconds: 0,
      targetOverload: 0.01,
      days: 2,
      margin: 0,
      chosen,
      reactive: undefined,
    };
    const withStartup = outlookOf(model, { trigger, choice }, nowSeconds);
    const followed = {
      chosen,
      capacity: 20,
      recent: 30,
      hours: 90,
    };
    const now = { observed: 10, stale: false };

    it('answers what makes pods at their threshold of what pods at their capacity carry', () => {
      // Within ten minutes from 08:50 on the morning's 100 is there: five pods of 20, which at 10 each means 50.
      const signal = decideSignal(settings, withStartup, now, followed);
      assert.equal(withStartup.forecast.peak, 100);
      assert.ok(Math.abs(signal.value - 50) < 3, `${signal.value}`);
      assert.deepEqual([signal.decidedBy, signal.reason], ['policy', 'forecast']);
    });

    it('looks at what the policy looks at', () => {
      const by = (chosen: typeof followed.chosen | object) =>
        decideSignal(settings, withStartup, now, { ...followed, ...chosen }).value;
      const recent = { ...policy, basis: 'recent', headroom: 1.5 } as const;
      assert.equal(by({ chosen: { policy: recent, weekFloor: 0 } }), (1.5 * 30) / 2);
      const week = { ...recent, floor: { from: 'week', share: 0.9 } } as const;
      assert.equal(by({ chosen: { policy: week, weekFloor: 70 } }), 70 / 2);
      const hours = { ...recent, floor: { from: 'hours', share: 0.5 } } as const;
      assert.equal(by({ chosen: { policy: hours, weekFloor: 70 } }), 45 / 2);
    });

    it('follows the policy in events that only leave hours out of what is learned, and no lower load in others', () => {
      const valueIn = (effects: Effects) => {
        const span = {
          name: 'event',
          calendar: 'events',
          startSeconds: nowSeconds,
          endSeconds: nowSeconds + 3600,
        };
        const during = { ...withStartup, events: [{ ...span, effects }] };
        return decideSignal(settings, during, now, followed).value;
      };
      const usual = decideSignal(settings, withStartup, now, followed).value;
      assert.equal(valueIn({ learn: false }), usual);
      assert.equal(valueIn({ learn: true }), usual);
      for (const effects of [{ factor: 1.5 }, { holiday: true }, { likeStartSeconds: 0 }])
        assert.equal(valueIn({ ...effects, learn: false }), withStartup.forecast.peak);
    });

    it('goes on with the forecast while Prometheus does not answer', () => {
      const signal = decideSignal(settings, withStartup, { observed: undefined, stale: true }, followed);
      assert.ok(Math.abs(signal.value - 50) < 3, `${signal.value}`);
      assert.deepEqual([signal.decidedBy, signal.reason], ['policy', 'stale']);
    });

    it('keeps a workload asleep that nothing wakes, and its bounds', () => {
      const idle = { ...settings, activationThreshold: 500 };
      const { active, value } = decideSignal(idle, withStartup, now, followed);
      assert.deepEqual([active, value], [false, 10]);
      const bounded = decideSignal({ ...settings, maxValue: 40 }, withStartup, now, followed);
      assert.deepEqual([bounded.value, bounded.bound], [40, 'maxValue']);
    });
  });

  it('is never below the load now', () => {
    const signal = decideSignal(settings, outlook, { observed: 250, stale: false });
    assert.deepEqual([signal.value, signal.reason], [250, 'observed']);
  });

  it('wakes from zero on the forecast when the query is empty', () => {
    const signal = decideSignal({ ...settings, activationThreshold: 50 }, outlook, {
      observed: undefined,
      stale: false,
    });
    assert.deepEqual([signal.active, signal.reason], [true, 'forecast']);
  });

  it('answers the observed value in a dry run', () => {
    const signal = decideSignal({ ...settings, mode: 'observe' }, outlook, {
      observed: 10,
      stale: false,
    });
    assert.deepEqual([signal.value, signal.reason], [10, 'observe-mode']);
  });

  it('says when the model has no part in the peak, and answers the peak as ever', () => {
    const guarded = { ...outlook, guarded: true };
    const signal = decideSignal(settings, guarded, { observed: 10, stale: false });
    assert.deepEqual([signal.value, signal.reason], [outlook.forecast.peak, 'guarded']);
    assert.equal(decideSignal(settings, guarded, { observed: 250, stale: false }).value, 250);
  });

  it('answers the observed value without a model, and 0 for an empty result', () => {
    const present = { stale: false };
    assert.equal(decideSignal(settings, undefined, { ...present, observed: 7 }).value, 7);
    assert.equal(decideSignal(settings, undefined, { ...present, observed: 7 }).reason, 'warming-up');
    const empty = decideSignal(settings, undefined, { ...present, observed: undefined });
    assert.deepEqual([empty.value, empty.active, empty.reason], [0, false, 'empty']);
  });

  it('goes on with the forecast for the time it is now when Prometheus does not answer', () => {
    const twoStepsLater = nowSeconds + 2 * STEP_SECONDS;
    const later = outlookOf(model, { trigger }, twoStepsLater);
    const signal = decideSignal(settings, later, { observed: undefined, stale: true });
    assert.equal(signal.reason, 'stale');
    assert.equal(later.forecast.startSeconds, twoStepsLater);
    assert.ok(Math.abs(signal.value - 100) < 5, `${signal.value}`);
  });

  it('holds the newest known step when Prometheus does not answer on a dry run', () => {
    const present = { observed: undefined, stale: true };
    const held = decideSignal({ ...settings, mode: 'observe' }, outlook, present);
    assert.deepEqual([held.value, held.decidedBy], [10, 'last-step']);
  });

  it('clamps the answer, which says nothing of whether the workload is active', () => {
    const present = { observed: 10, stale: false };
    assert.equal(decideSignal({ ...settings, maxValue: 40 }, outlook, present).value, 40);
    assert.equal(decideSignal({ ...settings, minValue: 400 }, outlook, present).value, 400);
    const capped = decideSignal({ ...settings, maxValue: 40, activationThreshold: 40 }, outlook, present);
    assert.deepEqual([capped.value, capped.active], [40, true]);
    const raised = decideSignal({ ...settings, minValue: 50 }, undefined, { observed: 0, stale: false });
    assert.deepEqual([raised.value, raised.active], [50, false]);
  });

  it('names the bound that changed the value, and none where the value is within both', () => {
    const boundOf = (bounds: Partial<SignalSettings>) =>
      decideSignal({ ...settings, ...bounds }, undefined, { observed: 10, stale: false }).bound;
    assert.equal(boundOf({ minValue: 11 }), 'minValue');
    assert.equal(boundOf({ maxValue: 9 }), 'maxValue');
    assert.equal(boundOf({ minValue: 10, maxValue: 10 }), undefined);
  });

  describe('on an idle workload', () => {
    /** What is answered at a load of 0 when the peak to come is this; one replica carries 10. */
    const foreseeing = (peak: number, last: number, activationThreshold = 0) =>
      decideSignal(
        { ...settings, activationThreshold },
        { ...outlook, last, forecast: { ...outlook.forecast, peak } },
        { observed: 0, stale: false },
      );

    it('takes a forecast of less than a tenth of a replica for a margin of error', () => {
      const { value, active } = foreseeing(0.9, 0);
      assert.deepEqual([value, active], [0, false]);
    });

    it('wakes for more than that', () => {
      const { value, active, reason } = foreseeing(1.1, 0);
      assert.deepEqual([value, active, reason], [1.1, true, 'forecast']);
    });

    it('adds the tenth to the activation threshold', () => {
      assert.equal(foreseeing(5.9, 0, 5).active, false);
      assert.equal(foreseeing(6.1, 0, 5).active, true);
    });

    it('stays awake for half of it right after a load, so that it does not flap', () => {
      assert.equal(foreseeing(0.6, 8).active, true);
      assert.equal(foreseeing(0.4, 8).active, false);
    });

    it('wakes for any observed load', () => {
      const { active } = decideSignal(settings, undefined, { observed: 0.01, stale: false });
      assert.equal(active, true);
    });
  });
});
