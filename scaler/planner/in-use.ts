import type { Choice } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import type { OutlookTrigger } from './outlook.js';

/** What a model is made for: the trigger with what is measured and chosen, and the choice behind it. */
export interface InUse extends OutlookTrigger {
  readonly trigger: Trigger;
  readonly choice: Choice | undefined;
}

/** What a model is made for under a choice: a policy that looks at a forecast brings its own quantile. */
export function inUse(measured: Trigger, choice: Choice | undefined): InUse {
  const chosen = choice?.chosen?.policy;
  const quantile = chosen?.basis === 'forecast' ? chosen.quantile : measured.quantile;
  const trigger = quantile === measured.quantile ? measured : Object.freeze({ ...measured, quantile });
  return { ...trigger, trigger, choice, startupSeconds: chosen && trigger.podStartupSeconds };
}
