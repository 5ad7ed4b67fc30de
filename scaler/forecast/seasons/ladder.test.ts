import assert from 'node:assert/strict';
import { AUTOMATIC_PERIODS, climb } from './ladder.js';

const STEP = 300;
const HORIZON = 900;
const DAY = 86_400;

describe('climb', () => {
  it('says how much history is missing for the next stage', () => {
    // By the rule of the docstring: a daily season needs a day and a half, a weekly one eight days.
    assert.deepEqual(climb(DAY, HORIZON, STEP, AUTOMATIC_PERIODS), {
      stage: 'trend',
      nextStageInSeconds: DAY / 2,
      periods: [],
    });
    assert.equal(climb(7 * DAY, HORIZON, STEP, AUTOMATIC_PERIODS).nextStageInSeconds, DAY);
  });

  it('promises no stage that the window is too short for', () => {
    const onTop = climb(7 * DAY, HORIZON, STEP, AUTOMATIC_PERIODS, 7 * DAY);
    assert.deepEqual(onTop, { stage: 'daily', nextStageInSeconds: 0, periods: [DAY] });
  });

  it('still promises what a full window will teach', () => {
    assert.equal(climb(7 * DAY, HORIZON, STEP, AUTOMATIC_PERIODS, 14 * DAY).nextStageInSeconds, DAY);
  });
});
