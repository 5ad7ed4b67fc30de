import type { FitOptions, Series } from '../forecast/index.js';
import type { ChoiceOptions } from '../policy/choose.js';
import type { PodsSetup } from '../policy/follow-pods.js';
import type { Choice } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import { fitOptions } from './fit-options.js';
import type { OutlookTrigger } from './outlook.js';

/** More replicas than a cluster has, and the HPA's default tolerance: those of the ScaledObject do not reach an external scaler. */
const MOST_REPLICAS = 100_000;
const TOLERANCE = 0.1;

/** Pods as an external scaler knows them. */
export function podsSetup(startupSeconds: number): PodsSetup {
  const startupMinutes = Math.ceil(startupSeconds / 60);
  return { startupMinutes, minReplicas: 1, maxReplicas: MOST_REPLICAS, tolerance: TOLERANCE };
}

/** The past that a policy is chosen from. */
export interface ChoiceHistory {
  /** What the trigger learns from, on its grid, short gaps bridged. */
  readonly steps: Series;
  /** The same minute by minute, with its gaps; without it each step's maximum stands in for its minutes. */
  readonly minutes?: Series;
}

/**
 * What a trigger asks of a choice at a boundary.
 *
 * @param spans days that are not like others
 * @throws RangeError for a trigger that states no overload that it accepts
 */
export function choiceOptions(
  trigger: Trigger,
  boundarySeconds: number,
  spans: FitOptions['spans'],
): ChoiceOptions {
  const { targetOverload, capacity, podStartupSeconds: startupSeconds } = trigger;
  if (targetOverload === undefined) throw new RangeError('this trigger states no overload that it accepts');
  return {
    boundarySeconds,
    startupSeconds,
    fit: { ...fitOptions(trigger), spans },
    targetOverload,
    capacity,
    pods: podsSetup(startupSeconds),
  };
}

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
