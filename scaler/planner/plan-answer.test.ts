import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import { fit } from '../forecast/index.js';
import { ScalerError } from '../shared/errors.js';
import { type Outlook, outlookOf } from './outlook.js';
import { type Knowledge, planAnswer } from './plan-answer.js';
import type { Snapshot } from './types.js';

const STEP = 300;
const DAY = 86_400;
// 2026-03-02T00:00:00Z
const MIDNIGHT = 1_772_409_600;
const trigger = testTrigger({ ignoreNullValues: true });
const unavailable = new ScalerError('unavailable', 'Prometheus at http://127.0.0.1:9 does not answer');

/** Load between 60 and 140 with a daily rhythm; at midnight it stands at 100 and rises. */
function risingAtMidnight(nowSeconds = MIDNIGHT): Outlook {
  const startSeconds = MIDNIGHT - 4 * DAY;
  const values = Float64Array.from(
    { length: (4 * DAY) / STEP },
    (_, i) => 100 + 40 * Math.sin((2 * Math.PI * (startSeconds + i * STEP)) / DAY),
  );
  const model = fit(
    { startSeconds, stepSeconds: STEP, values },
    { horizonSteps: 12, seasonality: 'auto', timezone: 'UTC' },
  );
  return outlookOf(model, { trigger: { ...trigger, horizonSeconds: 12 * STEP } }, nowSeconds);
}

function plan(knowledge: Partial<Knowledge>) {
  return planAnswer({
    trigger,
    nowSeconds: MIDNIGHT,
    observation: { value: 100, atSeconds: MIDNIGHT },
    observeFailure: undefined,
    historyFailure: undefined,
    outlook: undefined,
    freshSeconds: 30,
    maxStalenessSeconds: 1800,
    ...knowledge,
  });
}

function snapshotOf(knowledge: Partial<Knowledge>): Snapshot {
  const answer = plan(knowledge);
  assert.ok(answer?.snapshot, `expected a value, got ${JSON.stringify(answer)}`);
  return answer.snapshot;
}

function errorOf(knowledge: Partial<Knowledge>): ScalerError {
  const answer = plan(knowledge);
  assert.ok(answer?.error, `expected an error, got ${JSON.stringify(answer)}`);
  return answer.error;
}

describe('planAnswer, by the failure table', () => {
  it('answers the coming peak when all is well', () => {
    // An hour ahead the sine stands at 100 + 40 sin(15 degrees) = 110.35; its last whole step at 109.5.
    const { value, reason, active, stage } = snapshotOf({ outlook: risingAtMidnight() });
    assert.ok(Math.abs(value - 109.5) < 1.5, `value ${value}`);
    assert.deepEqual({ reason, active, stage }, { reason: 'forecast', active: true, stage: 'daily' });
  });

  it('answers the observed value while the history is too short', () => {
    const { value, reason, stage } = snapshotOf({});
    assert.deepEqual({ value, reason, stage }, { value: 100, reason: 'warming-up', stage: 'observed' });
  });

  it('answers 0 when the query is empty and that is allowed', () => {
    const { value, reason, observed } = snapshotOf({
      observation: { value: undefined, atSeconds: MIDNIGHT },
    });
    assert.deepEqual({ value, reason, observed }, { value: 0, reason: 'empty', observed: undefined });
  });

  it('is unavailable when the query is empty and that is not allowed', () => {
    const error = errorOf({
      trigger: testTrigger({ ignoreNullValues: false }),
      observation: { value: undefined, atSeconds: MIDNIGHT },
    });
    assert.equal(error.kind, 'unavailable');
    assert.match(error.message, /no series, or NaN or infinity,.*ignoreNullValues/);
  });

  it('goes on with the forecast while Prometheus fails and the model is fresh', () => {
    const { value, reason } = snapshotOf({
      outlook: risingAtMidnight(MIDNIGHT + 1500),
      observeFailure: unavailable,
      nowSeconds: MIDNIGHT + 1500,
      observation: { value: 100, atSeconds: MIDNIGHT },
    });
    // 25 minutes on, the hour ahead ends at 01:25: 100 + 40 sin(21.25 degrees) = 114.5.
    assert.equal(reason, 'stale');
    assert.ok(Math.abs(value - 114) < 2, `value ${value}`);
  });

  it('holds the last observed value while Prometheus fails and there is no model', () => {
    const { value, reason } = snapshotOf({ observeFailure: unavailable, nowSeconds: MIDNIGHT + 1500 });
    assert.deepEqual({ value, reason }, { value: 100, reason: 'stale' });
  });

  it('calls the answer stale when Prometheus hangs without failing', () => {
    assert.equal(snapshotOf({ outlook: risingAtMidnight(), nowSeconds: MIDNIGHT + 31 }).reason, 'stale');
  });

  it('is unavailable when Prometheus has failed for longer than maxStaleness', () => {
    const error = errorOf({
      outlook: risingAtMidnight(MIDNIGHT + 1801),
      observeFailure: unavailable,
      nowSeconds: MIDNIGHT + 1801,
    });
    assert.equal(error, unavailable);
  });

  it('is unavailable when Prometheus has hung for longer than maxStaleness', () => {
    const error = errorOf({ nowSeconds: MIDNIGHT + 1801 });
    assert.equal(error.kind, 'unavailable');
    assert.match(error.message, /has not answered for 30m1s/);
  });

  it('is unavailable when Prometheus never answered', () => {
    assert.equal(errorOf({ observation: undefined, observeFailure: unavailable }), unavailable);
  });

  it('has no answer while nothing is known', () => {
    assert.equal(plan({ observation: undefined }), undefined);
  });

  it('is rejected at once when the query gives several series now', () => {
    const rejected = new ScalerError('rejected', 'the query gives 2 series');
    assert.equal(errorOf({ observeFailure: rejected, outlook: risingAtMidnight() }), rejected);
  });

  for (const kind of ['rejected', 'unavailable'] as const)
    it(`answers the observed value and the cause when the history is ${kind} and there is no model`, () => {
      const historyFailure = new ScalerError(kind, 'the history gives 2 series');
      const snapshot = snapshotOf({ historyFailure });
      assert.deepEqual([snapshot.value, snapshot.reason, snapshot.active], [100, 'no-history', true]);
      assert.equal(snapshot.historyFailure, historyFailure);
    });

  it('goes on with a fresh model while the history fails, and is not stale', () => {
    const historyFailure = new ScalerError('unavailable', 'did not answer within 30 s');
    const now = MIDNIGHT + 1500;
    const { value, reason, ...rest } = snapshotOf({
      outlook: risingAtMidnight(now),
      historyFailure,
      nowSeconds: now,
      observation: { value: 101, atSeconds: now },
    });
    // As in the test of an outage: 114.5 at the end of the hour ahead.
    assert.equal(reason, 'forecast');
    assert.ok(Math.abs(value - 114) < 2, `value ${value}`);
    assert.equal(rest.historyFailure, historyFailure);
  });

  it('blames an outage for everything that fails in it', () => {
    const { reason, historyFailure } = snapshotOf({
      observeFailure: unavailable,
      historyFailure: new ScalerError('unavailable', 'did not answer within 30 s'),
    });
    assert.deepEqual({ reason, historyFailure }, { reason: 'stale', historyFailure: undefined });
  });

  it('answers the load now and says how old the history is when that is too old for a forecast', () => {
    const now = MIDNIGHT + 7200;
    const { value, reason, historyFailure } = snapshotOf({
      outlook: risingAtMidnight(now),
      nowSeconds: now,
      observation: { value: 42, atSeconds: now },
    });
    assert.deepEqual({ value, reason }, { value: 42, reason: 'no-history' });
    assert.match(historyFailure!.message, /newest step of history is 2h old/);
  });

  it('is unavailable in an outage after an empty reading, unless a model says more', () => {
    const empty = { observation: { value: undefined, atSeconds: MIDNIGHT }, observeFailure: unavailable };
    assert.equal(errorOf(empty), unavailable);
    assert.match(errorOf({ ...empty, observeFailure: undefined, nowSeconds: MIDNIGHT + 31 }).message, /31s/);
    assert.equal(snapshotOf({ ...empty, outlook: risingAtMidnight() }).reason, 'stale');
  });
});
