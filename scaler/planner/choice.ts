import type { FitOptions, Series } from '../forecast/index.js';
import type { ChoiceOptions } from '../policy/choose.js';
import type { PodsSetup } from '../policy/follow-pods.js';
import type { Trigger } from '../trigger/trigger.js';
import { fitOptions } from './fit-options.js';

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
