import assert from 'node:assert/strict';
import { fit } from '../../forecast/index.js';
import type { PastAnswers } from '../../planner/types.js';
import { compareReplicas } from './replica-comparison.js';
import { seasonProfiles } from './season-profile.js';
import { sparkline } from './sparkline.js';

const STEP = 300;
const DAY = 86_400;
/** 2026-03-02, a Monday, at midnight in UTC. */
const MONDAY = 1_772_409_600;

describe('sparkline', () => {
  it('gives the means of the last day by half hours, unknown where nothing is known', () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => i);
    values.fill(Number.NaN, 288, 294);
    const line = sparkline({
      history: { startSeconds: MONDAY, stepSeconds: STEP, values },
      model: undefined,
    })!;
    assert.equal(line.stepSeconds, 1800);
    assert.equal(line.history.length, 48);
    // The first of 48 points of six steps each begins at step 12: the mean of 12 to 17.
    assert.equal(line.historyStartTime, '2026-03-02T01:00:00Z');
    assert.equal(line.history[0], 14.5);
    assert.deepEqual(line.history.slice(-2), [null, 297]);
    assert.deepEqual(line.forecast, []);
  });

  it('is none for a history shorter than a point', () => {
    assert.equal(
      sparkline({
        history: { startSeconds: MONDAY, stepSeconds: STEP, values: new Float64Array(5) },
        model: undefined,
      }),
      null,
    );
  });
});

describe('seasonProfiles', () => {
  it('finds the sine that the load is made of, on local time, centred on 0', () => {
    // An hour ahead of UTC in March: the highest load is at 06:00 UTC, 07:00 in Berlin.
    const values = Float64Array.from(
      { length: (6 * DAY) / STEP },
      (_, i) => 100 + 40 * Math.sin((2 * Math.PI * i * STEP) / DAY),
    );
    const model = fit(
      { startSeconds: MONDAY, stepSeconds: STEP, values },
      { horizonSteps: 12, seasonality: [DAY], timezone: 'Europe/Berlin' },
    );
    const [profile, ...others] = seasonProfiles(model);
    assert.equal(others.length, 0);
    assert.equal(profile!.periodSeconds, DAY);
    assert.equal(profile!.slotSeconds, STEP);
    const { effects } = profile!;
    assert.equal(effects.length, 288);
    const highest = effects.indexOf(Math.max(...effects));
    assert.ok(Math.abs(highest * STEP - 7 * 3600) <= 1800, `highest at slot ${highest}`);
    assert.ok(Math.abs(Math.max(...effects) - 40) < 4, `${Math.max(...effects)}`);
    assert.ok(Math.abs(effects.reduce((sum, effect) => sum + effect, 0)) < 0.1);
  });
});

describe('compareReplicas', () => {
  function pastOf(observed: readonly number[], answered: readonly number[], slotSeconds = STEP): PastAnswers {
    const unknown = new Float32Array(observed.length).fill(Number.NaN);
    return {
      startSeconds: MONDAY,
      slotSeconds,
      observedMean: Float32Array.from(observed),
      observedHighest: Float32Array.from(observed),
      answered: Float32Array.from(answered),
      forecastMean: unknown,
      forecastUpper: unknown,
    };
  }

  it('raises replicas when the answer rises, one slot ahead of the load', () => {
    const { predictive, reactive } = compareReplicas(pastOf([10, 10, 40, 40], [10, 40, 40, 40]), 10);
    assert.deepEqual(predictive, [1, 4, 4, 4]);
    assert.deepEqual(reactive, [1, 1, 4, 4]);
  });

  it('holds replicas through the autoscaler’s window and lets them go after it', () => {
    const past = pastOf([40, 10, 10, 10], [40, 10, 10, 10], 120);
    const { reactive, reactiveReplicaHours } = compareReplicas(past, 10);
    // The last recommendation of 4 is made at 60 s; the window of 300 s holds it until the decision at 360 s.
    assert.deepEqual(reactive, [4, 4, 4, 1]);
    // 13 replicas for a thirtieth of an hour each.
    assert.ok(Math.abs(reactiveReplicaHours - 13 / 30) < 1e-5);
  });

  it('keeps replicas where nothing is known, and knows none before the first answer', () => {
    const { NaN: unknown } = Number;
    const { predictive } = compareReplicas(pastOf([unknown, 30, unknown], [unknown, 30, unknown]), 10);
    assert.deepEqual(predictive, [null, 3, 3]);
  });
});
