import { type Backtest, runBacktest } from '../../../scaler/backtest/backtest.js';
import { recordingOfSamples } from '../../../scaler/backtest/recording.js';
import type { BacktestOptions } from '../../../scaler/backtest/replay.js';
import { clusterDefaults, type ScalingSetup } from '../../../scaler/backtest/scaled-workload.js';
import type { Samples } from '../../../scaler/history/samples.js';
import type { Trigger } from '../../../scaler/trigger/trigger.js';
import { testTrigger } from '../test-trigger.js';

/** A trigger with the product's defaults; for tests. */
export const testReplayTrigger: Trigger = testTrigger({ horizonSeconds: 900 });

/** A workload with the defaults of KEDA and Kubernetes, whose pods take two minutes to start; for tests. */
export const testSetup: ScalingSetup = {
  targetPerReplica: 7,
  capacityPerReplica: 10,
  startupSeconds: 120,
  ...clusterDefaults,
};

/** Backtests the last days of a load; a fit every six hours keeps tests quick. */
export function testBacktest(
  samples: Samples,
  evaluatedDays: number,
  options: Partial<Pick<BacktestOptions, 'setup' | 'trigger'>> = {},
): Backtest {
  const recording = recordingOfSamples(samples, testReplayTrigger.stepSeconds);
  const to = recording.load.demand.length;
  return runBacktest(recording, {
    trigger: testReplayTrigger,
    setup: testSetup,
    refitSeconds: 6 * 3600,
    span: { from: to - evaluatedDays * 1440, to },
    ...options,
  });
}
