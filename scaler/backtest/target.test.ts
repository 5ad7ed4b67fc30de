import assert from 'node:assert/strict';
import { testReplayTrigger, testSetup } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { testCalendar, testEvent } from '../../test/support/test-calendar.js';
import { runBacktest } from './backtest.js';
import { recordingOfSamples } from './recording.js';
import { replaySignal } from './replay.js';

const DAYS = 9;
const HOUR = 3600;
const recording = recordingOfSamples(minuteSamples(DAYS, officeLoad), testReplayTrigger.stepSeconds);
const span = { from: (DAYS - 1) * 1440, to: DAYS * 1440 };
const eightInTheEvening = recording.load.startSeconds + (DAYS - 1) * 24 * HOUR + 20 * HOUR;
const calendar = testCalendar(testEvent('sale', eightInTheEvening, eightInTheEvening + HOUR, { factor: 3 }));

describe('TargetReplay', () => {
  it('answers at least what a known event asks for, as the live answer does', () => {
    const options = {
      trigger: { ...testReplayTrigger, targetOverload: 0.01 },
      setup: { ...testSetup, targetPerReplica: 10 },
      refitSeconds: 6 * HOUR,
      span,
      calendar,
    };
    const { target } = runBacktest(recording, options);
    const { policy } = target!.choices[0]!.chosen!;
    // The live model is made for the quantile of the policy.
    const quantile = policy.basis === 'forecast' ? policy.quantile : options.trigger.quantile;
    const asked = replaySignal(recording, { ...options, trigger: { ...options.trigger, quantile } }).values;
    for (let minute = 20 * 60 - 14; minute < 21 * 60; minute++) {
      const { [minute]: value } = target!.values;
      assert.ok(
        value! >= asked[minute]!,
        `${value} in minute ${minute}, where ${asked[minute]} is asked for`,
      );
      assert.ok(value! > 50, `${value} in minute ${minute} for three times about 20`);
    }
  });
});
