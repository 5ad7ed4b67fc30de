import { type Backtest, runBacktest } from '../../scaler/backtest/backtest.js';
import { recordingOfSamples } from '../../scaler/backtest/recording.js';
import { type Replay, replaySignal } from '../../scaler/backtest/replay.js';
import { clusterDefaults, type ScalingSetup } from '../../scaler/backtest/scaled-workload.js';
import type { Reason } from '../../scaler/planner/types.js';
import type { Trigger } from '../../scaler/trigger/trigger.js';
import { testSetup } from '../support/backtest/backtest.js';
import { testTrigger } from '../support/test-trigger.js';
import { type Load, samplesOf } from './loads.js';

const DAY_SECONDS = 86_400;
/** The scaler's own default distance between two fits. */
const REFIT_SECONDS = 3600;

/** What the scaler answered at one minute. */
export interface MinuteAnswer {
  readonly atSeconds: number;
  readonly value: number;
  readonly active: boolean;
  readonly reason: Reason;
  /** The load in the minute that begins here. */
  readonly load: number;
}

/** How a load is replayed. */
export interface ReplaySettings {
  /** Differences from a trigger with a step of 5 minutes and a horizon of 15. */
  readonly trigger?: Partial<Trigger>;
  readonly historyDays?: number;
  readonly refitSeconds?: number;
}

/** The answers of each minute in `[fromSeconds, toSeconds)`, each knowing only what was over by then. */
export function answersTo(
  load: Load,
  fromSeconds: number,
  toSeconds: number,
  { trigger, historyDays = 14, refitSeconds = REFIT_SECONDS }: ReplaySettings = {},
): readonly MinuteAnswer[] {
  const used = triggerOf(trigger);
  // Samples after the end would not be known in time; those before it reach over the last horizon.
  const samples = samplesOf(load, fromSeconds - historyDays * DAY_SECONDS, toSeconds);
  const recording = recordingOfSamples(samples, used.stepSeconds, used.ignoreNullValues);
  const { startSeconds } = recording.load;
  const from = Math.round((fromSeconds - startSeconds) / 60);
  const to = Math.round((toSeconds - startSeconds) / 60);
  const options = { span: { from, to }, trigger: used, setup: testSetup, refitSeconds };
  return answersOf(load, fromSeconds, replaySignal(recording, options));
}

/** The answers of a replay of a load that began at `fromSeconds`, a whole minute. */
export function answersOf(
  load: Load,
  fromSeconds: number,
  { values, active, reasons }: Replay,
): readonly MinuteAnswer[] {
  return Array.from(values, (value, minute) => {
    const atSeconds = fromSeconds + 60 * minute;
    return {
      atSeconds,
      value,
      active: active[minute] === 1,
      reason: reasons[minute]!,
      load: load(atSeconds),
    };
  });
}

/** The answer at one moment, a whole minute. */
export function answerAt(load: Load, atSeconds: number, settings: ReplaySettings = {}): MinuteAnswer {
  return answersTo(load, atSeconds, atSeconds + 60, settings)[0]!;
}

/** Lets KEDA and the HPA follow each way of scaling through `[fromSeconds, toSeconds)`. */
export function backtestOf(
  load: Load,
  fromSeconds: number,
  toSeconds: number,
  setup: Partial<ScalingSetup> & Pick<ScalingSetup, 'targetPerReplica'>,
  { trigger, historyDays = 14, refitSeconds = REFIT_SECONDS }: ReplaySettings = {},
): Backtest {
  const used = triggerOf({ threshold: setup.targetPerReplica, ...trigger });
  const samples = samplesOf(load, fromSeconds - historyDays * DAY_SECONDS, toSeconds);
  const recording = recordingOfSamples(samples, used.stepSeconds, used.ignoreNullValues);
  const { startSeconds } = recording.load;
  return runBacktest(recording, {
    trigger: used,
    setup: {
      ...clusterDefaults,
      capacityPerReplica: setup.targetPerReplica / 0.7,
      startupSeconds: 120,
      activationThreshold: used.activationThreshold,
      ...setup,
    },
    refitSeconds,
    span: {
      from: Math.round((fromSeconds - startSeconds) / 60),
      to: Math.round((toSeconds - startSeconds) / 60),
    },
  });
}

function triggerOf(overrides: Partial<Trigger> = {}): Trigger {
  return testTrigger({ horizonSeconds: 900, ...overrides });
}
