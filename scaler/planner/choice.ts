import type { Series } from '../forecast/index.js';
import type { ChoiceOptions } from '../policy/choose.js';
import type { PodsSetup } from '../policy/follow-pods.js';
import type { Choice } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import { type FitPlan, fitOptions } from './fit-options.js';

/** More replicas than a cluster has, and the HPA's default tolerance: an external scaler knows no others. */
const MOST_REPLICAS = 100_000;
const TOLERANCE = 0.1;

/** Pods as an external scaler knows them. */
export function podsSetup(startupSeconds: number): PodsSetup {
  const startupMinutes = Math.ceil(startupSeconds / 60);
  return { startupMinutes, minReplicas: 1, maxReplicas: MOST_REPLICAS, tolerance: TOLERANCE };
}

/** The past that a policy is chosen from. */
export interface ChoiceHistory {
  /** History on the grid of the trigger, with short gaps bridged. */
  readonly steps: Series;
  /** The same in minutes, with its gaps; without it the maximum of each step stands in. */
  readonly minutes?: Series;
}

/** The options of a choice at a boundary. @throws RangeError for a trigger without `targetOverload` */
export function choiceOptions(trigger: Trigger, boundarySeconds: number, plan: FitPlan): ChoiceOptions {
  const { targetOverload, capacity, podStartupSeconds: startupSeconds } = trigger;
  if (targetOverload === undefined) throw new RangeError('this trigger states no overload that it accepts');
  return {
    boundarySeconds,
    startupSeconds,
    fit: fitOptions(trigger, boundarySeconds, plan),
    targetOverload,
    capacity,
    pods: podsSetup(startupSeconds),
  };
}

/** What a model is fitted for. */
export interface InUse {
  /** With what was measured and chosen. */
  readonly trigger: Trigger;
  /** The choice behind it. */
  readonly choice?: Choice | undefined;
}

/** What a model is fitted for under a choice: a policy that looks at a forecast has its own quantile. */
export function inUse(measured: Trigger, choice: Choice | undefined): InUse {
  const policy = choice?.chosen?.policy;
  if (policy?.basis !== 'forecast') return { trigger: measured, choice };
  return { trigger: Object.freeze({ ...measured, quantile: policy.quantile }), choice };
}
