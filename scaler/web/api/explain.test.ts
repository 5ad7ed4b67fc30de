import assert from 'node:assert/strict';
import { testEvent } from '../../../test/support/test-calendar.js';
import { testSnapshot } from '../../../test/support/test-snapshot.js';
import { testTrigger } from '../../../test/support/test-trigger.js';
import { replicasFor } from '../../hpa/desired-replicas.js';
import type { Snapshot } from '../../planner/types.js';
import { ScalerError } from '../../shared/errors.js';
import type { Trigger } from '../../trigger/trigger.js';
import { explain } from './explain.js';

const quality = { modelError: 6.9, lastValueError: 10, coverage: 0.91, samples: 400 };

function snapshotOf(change: Partial<Snapshot> = {}, settings: Partial<Trigger> = {}): Snapshot {
  return testSnapshot({
    trigger: testTrigger(settings),
    observed: 52,
    observedAtSeconds: 1_772_647_500,
    value: 83,
    stage: 'weekly',
    forecast: {
      startSeconds: 1_772_647_500,
      stepSeconds: 300,
      mean: Float64Array.of(60, 70),
      lower: Float64Array.of(50, 60),
      upper: Float64Array.of(70, 80),
      peak: 83,
      peakAtSeconds: 1_772_647_800,
    },
    quality,
    ...change,
  });
}

const told = (snapshot: Snapshot) => explain(snapshot).map(({ step }) => step);

describe('explain', () => {
  it('goes from the load over the peak and the guard to value and replicas', () => {
    assert.deepEqual(explain(snapshotOf()), [
      { step: 'observed', value: 52, time: '2026-03-04T18:05:00Z' },
      {
        step: 'forecast',
        peak: { value: 83, time: '2026-03-04T18:10:00Z', quantile: 0.9 },
        horizonSeconds: 3600,
      },
      {
        step: 'trust',
        isTrusted: true,
        modelShare: 1,
        // 1 - 6.9 / 10.
        accuracy: {
          quantile: 0.9,
          modelError: 6.9,
          lastValueError: 10,
          closerThanReactingShare: 0.31,
          coverageShare: 0.91,
          samples: 400,
        },
      },
      { step: 'choice', reason: 'forecast', decidedBy: 'forecast', value: 83 },
      { step: 'answer', value: 83, isActive: true, activationThreshold: 0 },
      // 83 at 10 a replica.
      { step: 'replicas', replicas: 9, threshold: 10 },
    ]);
  });

  it('names the bound that changed the value, and what it was before', () => {
    const capped = explain(snapshotOf({ value: 70, unboundedValue: 83, bound: 'maxValue' }));
    assert.deepEqual(capped.slice(3, 5), [
      { step: 'choice', reason: 'forecast', decidedBy: 'forecast', value: 83 },
      { step: 'clamp', bound: 'maxValue', value: 70 },
    ]);
    const raised = explain(
      snapshotOf({
        value: 60,
        unboundedValue: 52,
        bound: 'minValue',
        decidedBy: 'observed',
        reason: 'guarded',
        guarded: true,
        modelShare: 0.25,
      }),
    );
    assert.deepEqual(raised.slice(2, 5), [
      { ...explain(snapshotOf())[2], isTrusted: false, modelShare: 0.25 },
      { step: 'choice', reason: 'guarded', decidedBy: 'observed', value: 52 },
      { step: 'clamp', bound: 'minValue', value: 60 },
    ]);
  });

  it('says so when there is no model, and when the query gives nothing', () => {
    const warming = snapshotOf({
      reason: 'warming-up',
      stage: 'observed',
      value: 52,
      forecast: undefined,
      quality: undefined,
      nextStageInSeconds: 7200,
    });
    assert.deepEqual(told(warming), ['observed', 'no-forecast', 'choice', 'answer', 'replicas']);
    const empty = explain({ ...warming, reason: 'empty', observed: undefined, value: 0, active: false });
    assert.deepEqual(empty[0], { step: 'observed', value: null, time: '2026-03-04T18:05:00Z' });
    assert.deepEqual(empty.at(-1), { step: 'replicas', replicas: 0, threshold: 10 });
  });

  it('says why the history cannot be read', () => {
    const historyFailure = new ScalerError('unavailable', 'Prometheus did not answer within 30 s');
    const failing = snapshotOf({
      reason: 'no-history',
      forecast: undefined,
      quality: undefined,
      historyFailure,
    });
    assert.deepEqual(told(failing), ['observed', 'history-fails', 'choice', 'answer', 'replicas']);
    assert.deepEqual(explain(failing)[1], {
      step: 'history-fails',
      error: { kind: 'unavailable', message: 'Prometheus did not answer within 30 s' },
    });
    const goesOn = told(snapshotOf({ historyFailure }));
    assert.deepEqual(goesOn.slice(0, 4), ['observed', 'history-fails', 'forecast', 'trust']);
  });

  it('counts replicas as Kubernetes does: rounded up, and not by dust in the last digit', () => {
    assert.equal(replicasFor(83, 10), 9);
    assert.equal(replicasFor(80, 10), 8);
    // 1.2000000000000002 / 0.1 is 12.000000000000002.
    assert.equal(replicasFor(0.4 * 3, 0.1), 12);
    assert.equal(replicasFor(0, 10), 0);
  });

  it('says what a day off is taken to be like, and what that rests on', () => {
    const sunday = Date.parse('2026-11-22T00:00-03:00') / 1000;
    const event = (
      likeness: 'sunday' | 'ordinary',
      likeStartSeconds: readonly number[],
      pastDays: number,
    ) => ({
      ...testEvent('Feast', sunday + 5 * 86_400, sunday + 6 * 86_400, { holiday: true }),
      like: {
        likeness,
        likeStartSeconds,
        scale: 1.08,
        pastErrors: { sunday: 0.05, 'day off': Number.NaN, ordinary: 0.4 },
        pastDays,
      },
    });
    const events = [
      event('sunday', [sunday, sunday - 7 * 86_400], 3),
      event('ordinary', [], 1),
      event('sunday', [sunday], 0),
    ];
    const steps = explain(snapshotOf({ events }, { timezone: 'America/Sao_Paulo' }));
    assert.deepEqual(
      steps.flatMap((one) => (one.step === 'events' ? one.events.map(({ effect }) => effect) : [])),
      [
        'a day off, like Sunday 2026-11-22 and 1 more, at 108 % of its level, as 3 days off of the history',
        'a day off, like an ordinary day, as a day off of the history',
        'a day off, like Sunday 2026-11-22, at 108 % of its level',
      ],
    );
  });
});
