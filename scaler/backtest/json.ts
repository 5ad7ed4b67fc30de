import type { Backtest } from './backtest.js';
import type { Recommendation } from './recommend.js';
import type { ReplicaSize } from './threshold.js';

/**
 * A backtest as plain data for machines: what was replayed, each way of scaling at the threshold and at equal overload,
 * the recommendation and the ScaledObject. Times are epoch seconds, durations seconds or as named, shares 0 to 1.
 */
export function backtestJson(
  { recording, options, replay, coverage, comparison }: Backtest,
  size: ReplicaSize,
  recommendation: Recommendation,
  yaml: string,
): object {
  const { load } = recording;
  const { span, trigger, setup, refitSeconds } = options;
  return {
    evaluated: {
      startSeconds: load.startSeconds + 60 * span.from,
      endSeconds: load.startSeconds + 60 * span.to,
      historyBeforeSeconds: 60 * span.from,
    },
    trigger: {
      horizonSeconds: trigger.horizonSeconds,
      historySeconds: trigger.historySeconds,
      stepSeconds: trigger.stepSeconds,
      quantile: trigger.quantile,
      seasonality: trigger.seasonality,
      timezone: trigger.timezone,
      activationThreshold: trigger.activationThreshold,
      threshold: size.threshold,
      thresholdDerived: size.derived,
    },
    setup: { ...setup, refitSeconds },
    replay: {
      stage: replay.stage,
      fits: replay.fits,
      fitSeconds: replay.fitSeconds,
      coverage: Number.isNaN(coverage) ? null : coverage,
      minutesByReason: countEach(replay.reasons),
    },
    policies: comparison.policies.map(({ key, outcome }) => ({ policy: key, ...outcome })),
    equalOverload: comparison.equalOverload.map(({ overloadedShare, cheapest }) => ({
      overloadedShare,
      podHours: Object.fromEntries(
        comparison.policies.map(({ key }) => [key, cheapest[key]?.podHours ?? null]),
      ),
      utilisation: Object.fromEntries(
        comparison.policies.map(({ key }) => [key, cheapest[key]?.utilisation ?? null]),
      ),
    })),
    recommendation,
    scaledObject: yaml,
  };
}

function countEach(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
