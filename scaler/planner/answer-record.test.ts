import assert from 'node:assert/strict';
import { testSnapshot } from '../../test/support/test-snapshot.js';
import { ScalerError } from '../shared/errors.js';
import { AnswerRecord } from './answer-record.js';
import type { Answer } from './types.js';

const SLOT = 300;

/** An answer in which the last step of the forecast is told apart from the others. */
function answerOf(observed: number | undefined, value: number, ahead?: number): Answer {
  const forecast = ahead === undefined ? undefined : forecastOf(ahead);
  return { snapshot: testSnapshot({ observed, value, forecast }) };
}

function forecastOf(ahead: number) {
  return {
    startSeconds: 0,
    stepSeconds: SLOT,
    mean: Float64Array.of(1, 2, ahead),
    lower: Float64Array.of(0, 0, 0),
    upper: Float64Array.of(10, 20, 10 * ahead),
    peak: ahead,
    peakAtSeconds: 0,
  };
}

const error: Answer = { error: new ScalerError('unavailable', 'connection refused') };

describe('AnswerRecord', () => {
  it('keeps the mean and the highest load and the highest answer of each slot', () => {
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: SLOT });
    record.note(600, answerOf(5, 8));
    record.note(615, answerOf(7, 7));
    record.note(900, answerOf(3, 4));
    const past = record.past()!;
    assert.equal(past.startSeconds, 600);
    assert.equal(past.slotSeconds, SLOT);
    assert.deepEqual([...past.observedMean], [6, 3]);
    assert.deepEqual([...past.observedHighest], [7, 3]);
    assert.deepEqual([...past.answered], [8, 4]);
  });

  it('stands the forecast made one horizon earlier beside what came', () => {
    // Two steps of horizon, from any moment of a step on: the last step begins two slots after that of the forecast.
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: 2 * SLOT });
    for (let i = 0; i < 4; i++) record.note(i * SLOT, answerOf(i, i, 100 + i));
    record.note(3 * SLOT + 15, answerOf(3, 3, 999));
    const { forecastMean, forecastUpper } = record.past()!;
    assert.deepEqual([...forecastMean], [Number.NaN, Number.NaN, 100, 101]);
    assert.deepEqual([...forecastUpper], [Number.NaN, Number.NaN, 1000, 1010]);
  });

  it('leaves out the forecasts of another horizon', () => {
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: SLOT });
    for (let i = 0; i < 3; i++) record.note(i * SLOT, answerOf(i, i, 100 + i));
    record.followHorizon(SLOT);
    assert.deepEqual([...record.past()!.forecastMean], [Number.NaN, 100, 101]);
    record.followHorizon(2 * SLOT);
    for (let i = 3; i < 6; i++) record.note(i * SLOT, answerOf(i, i, 100 + i));
    const { forecastMean, answered } = record.past()!;
    const { NaN: unknown } = Number;
    assert.deepEqual([...forecastMean], [unknown, unknown, unknown, unknown, unknown, 103]);
    assert.deepEqual([...answered], [0, 1, 2, 3, 4, 5]);
  });

  it('leaves errors, empty results and silence unknown', () => {
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: SLOT });
    record.note(0, error);
    record.note(300, answerOf(undefined, 0));
    record.note(1200, answerOf(4, 4));
    const { observedMean, observedHighest, answered } = record.past()!;
    const { NaN: unknown } = Number;
    assert.deepEqual([...observedMean], [unknown, unknown, unknown, unknown, 4]);
    assert.deepEqual([...observedHighest], [unknown, unknown, unknown, unknown, 4]);
    assert.deepEqual([...answered], [unknown, 0, unknown, unknown, 4]);
  });

  it('keeps two days and forgets what is older, whatever the order of gaps', () => {
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: SLOT });
    for (let i = 0; i < 1000; i++) if (i % 7 !== 3) record.note(i * SLOT, answerOf(i, i));
    const { startSeconds, observedMean: observed } = record.past()!;
    assert.equal(observed.length, 576);
    assert.equal(startSeconds, (1000 - 576) * SLOT);
    for (let i = 0; i < observed.length; i++) {
      const at = 424 + i;
      assert.deepEqual(observed[i], at % 7 === 3 ? Number.NaN : at);
    }
  });

  it('begins anew after a silence longer than it keeps', () => {
    const record = new AnswerRecord({ stepSeconds: SLOT, horizonSeconds: SLOT });
    record.note(0, answerOf(1, 1));
    record.note(5000 * SLOT, answerOf(2, 2));
    const { observedMean: observed } = record.past()!;
    assert.equal(observed.at(-1), 2);
    assert.ok(observed.subarray(0, -1).every(Number.isNaN));
  });

  it('gathers short steps into slots of five minutes', () => {
    const record = new AnswerRecord({ stepSeconds: 60, horizonSeconds: 840 });
    assert.equal(record.past(), undefined);
    for (let minute = 0; minute < 20; minute++) record.note(minute * 60, answerOf(minute, minute, 50));
    const { slotSeconds, observedMean, observedHighest, forecastMean } = record.past()!;
    assert.equal(slotSeconds, 300);
    assert.deepEqual([...observedMean], [2, 7, 12, 17]);
    assert.deepEqual([...observedHighest], [4, 9, 14, 19]);
    // The step in which a horizon of 14 minutes ends begins two slots on.
    assert.deepEqual([...forecastMean], [Number.NaN, Number.NaN, 50, 50]);
  });
});
