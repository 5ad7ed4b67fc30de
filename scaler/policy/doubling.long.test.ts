import assert from 'node:assert/strict';
import { testBacktest, testReplayTrigger, testSetup } from '../../test/support/backtest/backtest.js';
import { minuteSamples } from '../../test/support/backtest/load.js';
import { resultOf } from '../backtest/compare.js';
import { whiteNoise } from '../shared/noise.js';

const TARGET = 0.01;

describe('a load that doubles for good', () => {
  for (const hour of [0, 9, 14, 21])
    it(`breaks the target for a day at most when it doubles at ${hour}:00`, () => {
      const noise = whiteNoise(11);
      const doubledAt = 12 * 1440 + hour * 60;
      const load = (minute: number) =>
        (minute >= doubledAt ? 2 : 1) *
        (100 - 60 * Math.cos((2 * Math.PI * minute) / 1440)) *
        (1 + 0.06 * (noise(minute + 1) - 0.5));
      const evaluated = 6;
      const { comparison, target } = testBacktest(minuteSamples(16, load), evaluated, {
        trigger: { ...testReplayTrigger, targetOverload: TARGET },
        setup: { ...testSetup, startupSeconds: 180 },
      });
      const { overloadedSeconds } = resultOf(comparison, 'target');
      const shareFrom = (minute: number) =>
        overloadedSeconds.subarray(minute, minute + 1440).reduce((sum, seconds) => sum + seconds, 0) / 86_400;
      // Days from the doubling on: the first may break the target, no later one may.
      const doubled = doubledAt - (16 - evaluated) * 1440;
      for (let from = doubled + 1440; from + 1440 <= overloadedSeconds.length; from += 1440)
        assert.ok(shareFrom(from) <= TARGET, `${shareFrom(from)} overloaded ${from - doubled} minutes after`);
      // The load itself is followed at once: an hour of the first day is the most that the old forecasts cost.
      assert.ok(shareFrom(doubled) <= 1 / 24, `${shareFrom(doubled)} on the first day`);
      // And nobody pays for the double for longer than it takes to see: pods follow the load, day by day.
      for (const { chosen } of target!.choices) assert.ok(chosen!.policy.headroom < 1.6);
    });
});
