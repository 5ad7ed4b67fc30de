import { choiceBoundarySeconds, choosePolicy } from '../policy/choose.js';
import { HOURS_MINUTES, highestOfLast, QUANTILES, RECENT_MINUTES } from '../policy/past.js';
import { policyLoad } from '../policy/policy-load.js';
import type { Choice, ReplayedPolicy } from '../policy/types.js';
import type { Recording } from './recording.js';
import { type BacktestOptions, learnable, type Replay } from './replay.js';

/** What would have been answered at an accepted overload, in each minute of the span, and by which choices. */
export interface TargetReplay {
  readonly targetOverload: number;
  /** One for each day of the clock on which choices are made, oldest first. */
  readonly choices: readonly Choice[];
  /** What this scaler would have answered; as without a target where nothing could be chosen yet. */
  readonly values: Float64Array;
  /** The metric of a reactive HPA whose target was chosen in the same way: the load times what it chose. */
  readonly reactiveValues: Float64Array;
}

/**
 * Chooses a policy for each day from the days before it, as the live scaler does, and answers by it.
 *
 * @param replay of the same span, with its peaks until a pod has started
 */
export function replayTarget(
  recording: Recording,
  options: BacktestOptions,
  targetOverload: number,
  replay: Replay,
): TargetReplay {
  const { load, steps } = recording;
  const { trigger, setup, span } = options;
  const { minValue = -Infinity, maxValue = Infinity } = trigger;
  const { startupSeconds, capacityPerReplica: capacity, targetPerReplica, minReplicas, maxReplicas } = setup;
  const pods = {
    startupMinutes: Math.ceil(startupSeconds / 60),
    minReplicas: Math.max(1, minReplicas),
    maxReplicas,
    tolerance: setup.tolerance ?? 0.1,
  };
  const choose = (boundarySeconds: number): Choice => {
    const { history, fit } = learnable(steps, options, boundarySeconds);
    return choosePolicy(history, load, {
      boundarySeconds,
      startupSeconds,
      fit,
      targetOverload,
      capacity,
      pods,
    });
  };

  const recent = highestOfLast(load.demand, load.observed, RECENT_MINUTES);
  const hours = highestOfLast(load.demand, load.observed, HOURS_MINUTES);
  const ofLoad = targetPerReplica / capacity;
  const choices: Choice[] = [];
  const values = replay.values.slice();
  const reactiveValues = load.observed.slice(span.from, span.to);
  for (let minute = 0; minute < values.length; minute++) {
    const at = span.from + minute;
    const nowSeconds = load.startSeconds + 60 * at;
    const boundarySeconds = choiceBoundarySeconds(nowSeconds);
    if (choices.at(-1)?.boundarySeconds !== boundarySeconds) choices.push(choose(boundarySeconds));
    const { chosen, reactive } = choices.at(-1)!;
    if (chosen === undefined || reactive === undefined) continue;
    const answer = ({ policy, weekFloor }: ReplayedPolicy) =>
      ofLoad *
      policyLoad(policy, weekFloor, {
        now: load.observed[at]!,
        recent: recent[at]!,
        hours: hours[at]!,
        peak: replay.startupPeaks[QUANTILES.indexOf(policy.quantile as never)]?.[minute] ?? Number.NaN,
      });
    reactiveValues[minute] = answer(reactive);
    if (trigger.mode !== 'predict' || replay.active[minute] === 0) continue;
    const value = answer(chosen);
    if (!Number.isNaN(value)) values[minute] = Math.min(maxValue, Math.max(minValue, value));
  }
  return { targetOverload, choices, values, reactiveValues };
}
