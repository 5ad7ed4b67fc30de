import { TRIGGER_LIMITS } from './keys.js';
import type { Trigger } from './trigger.js';

/** `--horizontal-pod-autoscaler-sync-period` of the cluster, and `pollingInterval` of the ScaledObject: their defaults. */
const HPA_SYNC_SECONDS = 15;
const KEDA_POLLING_SECONDS = 30;

/** Horizon within which a pod is ready that is asked for now, before it is brought onto the grid of steps. */
export function horizonOfPodStartup(podStartupSeconds: number): number {
  return podStartupSeconds + HPA_SYNC_SECONDS + KEDA_POLLING_SECONDS;
}

/**
 * A trigger with the start-up time that was measured, and with the horizon that follows where it is to follow. Neither
 * passes the longest horizon that the trigger can have.
 */
export function withPodStartup(trigger: Trigger, measuredSeconds: number): Trigger {
  const { historySeconds, stepSeconds } = trigger;
  const wantedSteps = Math.ceil(horizonOfPodStartup(measuredSeconds) / stepSeconds);
  // A history serves horizons of half its length less a step.
  const mostSteps = Math.min(
    TRIGGER_LIMITS.horizonSteps,
    Math.floor(TRIGGER_LIMITS.horizonSeconds / stepSeconds),
    Math.floor(historySeconds / stepSeconds / 2) - 1,
  );
  const horizonSeconds = trigger.horizonFollows
    ? Math.min(wantedSteps, mostSteps) * stepSeconds
    : trigger.horizonSeconds;
  return Object.freeze({
    ...trigger,
    horizonSeconds,
    podStartupSeconds: Math.min(measuredSeconds, horizonSeconds),
  });
}
