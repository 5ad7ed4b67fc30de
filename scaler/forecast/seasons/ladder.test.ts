import assert from 'node:assert/strict';
import { AUTOMATIC_PERIODS, climb } from './ladder.js';

const step = 300;
const horizon = 900;
const day = 86_400;

describe('climb', () => {
  it('says how much history is missing for the next stage', () => {
    // By the rule of the docstring: a daily season needs a day and a half, a weekly one eight days.
    assert.deepEqual(climb(day, horizon, step, AUTOMATIC_PERIODS), {
      stage: 'trend',
      nextStageInSeconds: day / 2,
      periods: [],
    });
    assert.equal(climb(7 * day, horizon, step, AUTOMATIC_PERIODS).nextStageInSeconds, day);
  });

  it('promises no stage that the window is too short for', () => {
    const onTop = climb(7 * day, horizon, step, AUTOMATIC_PERIODS, 7 * day);
    assert.deepEqual(onTop, { stage: 'daily', nextStageInSeconds: 0, periods: [day] });
  });

  it('still promises what a full window will teach', () => {
    assert.equal(climb(7 * day, horizon, step, AUTOMATIC_PERIODS, 14 * day).nextStageInSeconds, day);
  });
});
