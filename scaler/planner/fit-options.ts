import type { FitOptions } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';

/** Steps from the current one to that in which the horizon ends: one more than the horizon lasts. */
export function horizonSteps(trigger: Pick<Trigger, 'horizonSeconds' | 'stepSeconds'>): number {
  return spanSteps(trigger) + 1;
}

/** Steps that a trigger's horizon lasts. */
function spanSteps({ horizonSeconds, stepSeconds }: Pick<Trigger, 'horizonSeconds' | 'stepSeconds'>): number {
  return Math.max(1, Math.ceil(horizonSeconds / stepSeconds));
}

/** The options of a fit, the same in the live planner and in a replay. */
export function fitOptions(
  trigger: Pick<
    Trigger,
    'horizonSeconds' | 'historySeconds' | 'stepSeconds' | 'quantile' | 'seasonality' | 'timezone'
  >,
): FitOptions {
  const { quantile, seasonality, timezone, historySeconds: windowSeconds } = trigger;
  return {
    horizonSteps: horizonSteps(trigger),
    spanSteps: spanSteps(trigger),
    quantile,
    seasonality,
    timezone,
    windowSeconds,
  };
}
