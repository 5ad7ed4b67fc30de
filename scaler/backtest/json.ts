import { effectText } from '../calendar/effects.js';
import type { PolicyKey } from './compare.js';
import { minutesByReason } from './replay.js';
import type { Finding } from './summary.js';

/**
 * A backtest as plain data for machines: what was replayed, each way of scaling at the threshold and at equal overload,
 * the recommendation and the ScaledObject. Times are epoch seconds, durations seconds or as named, shares 0 to 1.
 */
export function backtestJson({ backtest, thresholdDerived, recommendation, yaml }: Finding): object {
  const { options, startSeconds, demand, replay, target, coverage, comparison, events, calendarWorth } =
    backtest;
  const { span, trigger, setup, refitSeconds } = options;
  const each = <T>(value: (key: PolicyKey) => T) =>
    Object.fromEntries(comparison.policies.map(({ key }) => [key, value(key)]));
  return {
    evaluated: {
      startSeconds,
      endSeconds: startSeconds + 60 * demand.length,
      historyBeforeSeconds: 60 * span.from,
    },
    events: events.map(({ effects, ...event }) => ({
      ...event,
      effect: effectText(effects, trigger.timezone),
    })),
    calendarWorth: calendarWorth ?? null,
    trigger: {
      horizonSeconds: trigger.horizonSeconds,
      historySeconds: trigger.historySeconds,
      stepSeconds: trigger.stepSeconds,
      quantile: trigger.quantile,
      seasonality: trigger.seasonality,
      timezone: trigger.timezone,
      activationThreshold: trigger.activationThreshold,
      threshold: setup.targetPerReplica,
      thresholdDerived,
    },
    setup: { ...setup, refitSeconds },
    replay: {
      stage: replay.stage,
      fits: replay.fits,
      fitSeconds: replay.fitSeconds,
      coverage: Number.isNaN(coverage) ? null : coverage,
      minutesByReason: minutesByReason(replay),
    },
    policies: comparison.policies.map(({ key, outcome }) => ({ policy: key, ...outcome })),
    equalOverload: comparison.equalOverload.map(({ overloadedShare, cheapest }) => ({
      overloadedShare,
      podHours: each((key) => cheapest[key]?.podHours ?? null),
      utilization: each((key) => cheapest[key]?.utilization ?? null),
    })),
    ...(target && {
      target: {
        targetOverload: target.targetOverload,
        choices: target.choices.map(({ targetOverload: _, ...choice }) => choice),
      },
    }),
    recommendation,
    scaledObject: yaml,
  };
}
