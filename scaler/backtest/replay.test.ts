import assert from 'node:assert/strict';
import { testSetup as setup, testReplayTrigger as trigger } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import type { Samples } from '../history/samples.js';
import { recordingOfSamples } from './recording.js';
import { replaySignal } from './replay.js';

const REFIT_SECONDS = 6 * 3600;
const samples = minuteSamples(4, officeLoad);

function firstOf({ timestamps, values }: Samples, count: number): Samples {
  return { timestamps: timestamps.subarray(0, count), values: values.subarray(0, count) };
}

function replay(of: Samples, from: number, to: number) {
  return replaySignal(recordingOfSamples(of, 300), {
    span: { from, to },
    trigger,
    setup,
    refitSeconds: REFIT_SECONDS,
  });
}

describe('replaySignal', () => {
  const full = replay(samples, 3 * 1440, 4 * 1440);

  it('answers for every minute, and never below the load that was last seen', () => {
    assert.equal(full.values.length, 1440);
    const { observed } = recordingOfSamples(samples, 300).load;
    full.values.forEach((value, minute) => {
      assert.ok(value >= observed[3 * 1440 + minute]!);
    });
  });

  it('knows nothing of the future: the same answers when the recording ends earlier', () => {
    const cut = replay(firstOf(samples, 4 * 1440 - 400), 3 * 1440, 4 * 1440 - 400);
    assert.deepEqual(cut.values, full.values.subarray(0, 1040));
    assert.deepEqual(cut.forecastPeaks, full.forecastPeaks.subarray(0, 1040));
  });

  it('does not depend on the moment at which it begins', () => {
    const later = replay(samples, 3 * 1440 + 437, 4 * 1440);
    assert.deepEqual(later.values, full.values.subarray(437));
  });

  it('announces a daily rise before it comes', () => {
    // At 08:55 the load is about 20, and at 09:00 it is 100.
    const atFiveToNine = full.values[8 * 60 + 55]!;
    assert.ok(atFiveToNine > 80, `answered ${atFiveToNine} five minutes before the rise to 100`);
    assert.equal(full.reasons[8 * 60 + 55], 'forecast');
  });

  it('fits at the boundaries of the refit clock only', () => {
    // One fit to begin with, then at 06:00, 12:00 and 18:00; the model of 00:00 is the one it begins with.
    assert.ok(full.fits >= 4 && full.fits <= 5, `${full.fits} fits`);
  });

  it('takes a gap for unknown, not for zero', () => {
    const keep = (_: number, i: number) => i < 3 * 1440 + 600 || i >= 3 * 1440 + 660;
    const gappy = {
      timestamps: samples.timestamps.filter(keep),
      values: samples.values.filter(keep),
    };
    const { values } = replay(gappy, 3 * 1440, 4 * 1440);
    // The gap is from 10:00 to 11:00, in the busy part of the day.
    for (let minute = 600; minute < 660; minute++)
      assert.ok(values[minute]! > 80, `answered ${values[minute]} in minute ${minute}`);
  });
});
