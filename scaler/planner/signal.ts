import { policyLoad } from '../policy/policy-load.js';
import type { ReplayedPolicy } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import type { ComingEvents } from './events.js';
import type { Outlook } from './outlook.js';
import type { Reason, Signal } from './types.js';

/** What a trigger says about its answer. */
export type SignalSettings = Pick<
  Trigger,
  'mode' | 'minValue' | 'maxValue' | 'activationThreshold' | 'threshold'
>;

/** The policy that an answer follows, and what it looks at beside the load now and the forecast. */
export interface FollowedPolicy {
  readonly chosen: Pick<ReplayedPolicy, 'policy' | 'weekFloor'>;
  /** Load that one ready replica carries at most. */
  readonly capacity: number;
  /** Highest load of the last 15 minutes and of the last 3 hours. */
  readonly recent: number;
  readonly hours: number;
}

/**
 * Share of `threshold` by which a forecast must exceed the activation threshold to wake a workload: a tenth of what one
 * replica carries, the least that the HPA acts upon. Below that it is a margin of error, not a load.
 */
const LOAD_THAT_WAKES = 0.1;
/** The same while the newest step had load: what only just woke a workload does not send it back to sleep. */
const LOAD_THAT_KEEPS_AWAKE = 0.05;

/** What is known at the moment of an answer, beside the model. */
export interface Now {
  readonly observed: number | undefined;
  readonly stale: boolean;
  readonly lacksHistory?: boolean;
  readonly events?: ComingEvents | undefined;
}

/**
 * Decides the answered value: the larger of the load now and the coming peak's quantile, so it is never below what a
 * reactive scaler would answer. Without a model the load now is answered alone; while Prometheus does not answer there is
 * no load to observe: the forecast alone decides, or the newest known step where the forecast must not. A forecast that
 * is too little to wake the workload is not answered as a value either.
 *
 * Known events are part of the forecast. Without a model their floor holds, and their factor multiplies the load before the event:
 * the newest known step, or the load now until the event begins. What it multiplies is not known after that.
 *
 * Where a policy was chosen, it decides in place of the larger of the two; what events ask for is its lower bound, and whether
 * the workload is active does not change.
 *
 * Pure; the live planner and the replay both call it, once a minute or more often.
 *
 * @param now.observed The load now; undefined when the query's result is empty or Prometheus does not answer.
 * @param now.stale Whether Prometheus does not answer, so that the forecast goes on from the model's last state.
 * @param now.lacksHistory Whether the history cannot be read, which is why there is no forecast.
 * @param now.events Known events within the horizon.
 */
export function decideSignal(
  settings: SignalSettings,
  outlook: Outlook | undefined,
  { observed, stale, lacksHistory, events }: Now,
  followed?: FollowedPolicy,
): Signal {
  const { mode, activationThreshold, threshold, minValue, maxValue } = settings;
  const usable = outlook !== undefined && outlook.stage !== 'observed';
  const forecast = usable && mode === 'predict' ? outlook.forecast.peak : undefined;
  const lastKnown = outlook && Number.isFinite(outlook.last) ? outlook.last : 0;
  const now = observed ?? (stale && forecast === undefined ? lastKnown : 0);
  const peak = usable || mode !== 'predict' ? forecast : eventPeak();
  const share = lastKnown > activationThreshold ? LOAD_THAT_KEEPS_AWAKE : LOAD_THAT_WAKES;
  const isComing = peak !== undefined && peak > activationThreshold + share * threshold;
  const active = now > activationThreshold || isComing;
  const larger = active && peak !== undefined ? Math.max(now, peak) : now;
  const byPolicy = followed && mode === 'predict' && active ? valueByPolicy(followed) : Number.NaN;
  // No past day says what an event needs.
  const isByPolicy = !Number.isNaN(byPolicy) && !(hasEvents() && larger > byPolicy);
  const value = isByPolicy ? byPolicy : larger;
  // No load asks for fewer than no replicas.
  const bounded = Math.min(maxValue ?? Number.POSITIVE_INFINITY, Math.max(minValue ?? 0, value));
  const reason = reasonOf();
  return {
    value: bounded,
    unboundedValue: value,
    bound: bounded < value ? 'maxValue' : bounded > value && minValue !== undefined ? 'minValue' : undefined,
    decidedBy: decider(),
    active,
    reason,
    status: reason === 'forecast' || reason === 'observed' ? 'forecasting' : reason,
  };

  function hasEvents(): boolean {
    return (outlook?.events.length ?? 0) > 0 || (events !== undefined && events.floor > 0);
  }

  /** What events ask for where there is no forecast; undefined where they ask for nothing. */
  function eventPeak(): number | undefined {
    if (events === undefined) return undefined;
    const before = outlook ? lastKnown : events.hasBegun ? 0 : now;
    const atLeast = Math.max(events.floor, events.factor > 1 ? events.factor * before : 0);
    return atLeast > 0 ? atLeast : undefined;
  }

  /** The HPA divides the answer by the threshold, where the policy's load is for replicas at their capacity. */
  function valueByPolicy({ chosen: { policy, weekFloor }, capacity, recent, hours }: FollowedPolicy): number {
    const known = {
      now: observed ?? (stale ? Number.NaN : 0),
      recent,
      hours,
      peak: (usable ? outlook.startupPeak : undefined) ?? Number.NaN,
    };
    return policyLoad(policy, weekFloor, known) * (threshold / capacity);
  }

  function decider(): Signal['decidedBy'] {
    if (isByPolicy) return 'policy';
    if (value > now) return usable ? 'forecast' : 'event';
    if (observed !== undefined) return 'observed';
    return stale && forecast === undefined ? 'last-step' : 'nothing';
  }

  function reasonOf(): Reason {
    if (stale) return 'stale';
    if (observed === undefined && value === now) return 'empty';
    if (mode === 'observe') return 'observe-mode';
    if (!usable) return lacksHistory ? 'no-history' : 'warming-up';
    if (outlook.guarded) return 'guarded';
    if (isByPolicy) return followed!.chosen.policy.basis === 'forecast' ? 'forecast' : 'observed';
    return value > now ? 'forecast' : 'observed';
  }
}
