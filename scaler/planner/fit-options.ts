import type { FitOptions } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';

/** A trigger's horizon in steps of its grid, at least one. */
export function horizonSteps(trigger: Pick<Trigger, 'horizonSeconds' | 'stepSeconds'>): number {
  return Math.max(1, Math.ceil(trigger.horizonSeconds / trigger.stepSeconds));
}

/** What a trigger asks of its model: the same in the live planner and in a replay. */
export function fitOptions(
  trigger: Pick<
    Trigger,
    'horizonSeconds' | 'historySeconds' | 'stepSeconds' | 'quantile' | 'seasonality' | 'timezone'
  >,
): FitOptions {
  const { quantile, seasonality, timezone, historySeconds: windowSeconds } = trigger;
  return { horizonSteps: horizonSteps(trigger), quantile, seasonality, timezone, windowSeconds };
}
