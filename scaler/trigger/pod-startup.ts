import { TRIGGER_LIMITS } from './keys.js';
import type { Trigger } from './trigger.js';

/** Defaults of `--horizontal-pod-autoscaler-sync-period` and of `pollingInterval`. */
const HPA_SYNC_SECONDS = 15;
const KEDA_POLLING_SECONDS = 30;

/** The time until a pod that is asked for now is ready. */
export function horizonOfPodStartup(podStartupSeconds: number): number {
  return podStartupSeconds + HPA_SYNC_SECONDS + KEDA_POLLING_SECONDS;
}

/**
 * A trigger with the measured start-up time, and with the horizon for it if the horizon follows. Neither is longer than
 * the longest horizon that the trigger can have.
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
