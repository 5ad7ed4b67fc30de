import type { FitOptions, Series } from '../forecast/index.js';
import { choosePolicy, REPLAYED_DAYS } from '../policy/choose.js';
import type { PodsSetup } from '../policy/follow-pods.js';
import { loadOfMinutes } from '../policy/load.js';
import { replayPast } from '../policy/past.js';
import type { Choice } from '../policy/types.js';
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
  /** On the trigger's grid, short gaps bridged. */
  readonly steps: Series;
  /** The same minute by minute, with its gaps; without it each step's maximum stands in for its minutes. */
  readonly minutes?: Series;
}

/** What a policy is chosen for. Plain data, for a worker thread. */
export interface ChoiceTask {
  readonly boundarySeconds: number;
  readonly targetOverload: number;
  readonly capacity: number;
  readonly startupSeconds: number;
  readonly historySeconds: number;
  readonly fit: FitOptions;
}

/**
 * The task of a trigger at a boundary.
 *
 * @param spans days that are not like others
 * @throws RangeError for a trigger that states no overload that it accepts
 */
export function choiceTask(
  trigger: Trigger,
  boundarySeconds: number,
  spans: FitOptions['spans'],
): ChoiceTask {
  const { targetOverload, capacity, podStartupSeconds: startupSeconds, historySeconds } = trigger;
  if (targetOverload === undefined) throw new RangeError('this trigger states no overload that it accepts');
  return {
    boundarySeconds,
    targetOverload,
    capacity,
    startupSeconds,
    historySeconds,
    fit: { ...fitOptions(trigger), spans },
  };
}

/** Replays the past days of a history and chooses a policy for the next; from the history until the boundary alone. */
export function chooseFromHistory({ steps, minutes }: ChoiceHistory, task: ChoiceTask): Choice {
  const { boundarySeconds, targetOverload, capacity, startupSeconds, historySeconds, fit } = task;
  const past = replayPast(steps, minutes && loadOfMinutes(minutes), {
    boundarySeconds,
    days: REPLAYED_DAYS,
    startupSeconds,
    historySeconds,
    fit,
  });
  return choosePolicy(past, {
    boundarySeconds,
    targetOverload,
    capacity,
    pods: podsSetup(startupSeconds),
  });
}
