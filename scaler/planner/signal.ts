import type { Occurrence } from '../calendar/types.js';
import { policyLoad } from '../policy/policy-load.js';
import type { ReplayedPolicy } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import type { ComingEvents } from './events.js';
import type { Outlook } from './outlook.js';
import type { Reason, Signal } from './types.js';

/** The part of a trigger that an answer depends on. */
export type SignalSettings = Pick<
  Trigger,
  'mode' | 'minValue' | 'maxValue' | 'activationThreshold' | 'threshold'
>;

/** The policy that an answer follows, and what the policy looks at beside the load now and the forecast. */
export interface FollowedPolicy {
  readonly chosen: Pick<ReplayedPolicy, 'policy' | 'weekFloor'>;
  /** Load that one ready replica carries at most. */
  readonly capacity: number;
  /** Highest load of the last 15 minutes and of the last 3 hours. */
  readonly recent: number;
  readonly hours: number;
}

/**
 * Share of `threshold` by which a forecast must exceed the activation threshold to wake a workload. Less is within the
 * margin of error, and below the tolerance of the HPA.
 */
const LOAD_THAT_WAKES = 0.1;
/** The same while the newest step had load, so that a forecast close to the limit does not wake and sleep in turns. */
const LOAD_THAT_KEEPS_AWAKE = 0.05;

/** What is known at the moment of an answer, beside the model. */
export interface Now {
  /** The load now; undefined when the result of the query is empty or Prometheus does not answer. */
  readonly observed: number | undefined;
  /** Whether Prometheus does not answer, so that the forecast goes on from the last state of the model. */
  readonly stale: boolean;
  /** Whether there is no forecast because the history cannot be read. */
  readonly lacksHistory?: boolean;
  readonly events?: ComingEvents | undefined;
}

/**
 * Decides the answered value: the larger of the load now and the quantile of the coming peak, so that it is never below
 * what a reactive scaler would answer. Without a model it is the load now. While Prometheus does not answer it is the
 * forecast, or the newest known step where the forecast must not decide. A forecast too small to wake the workload does
 * not count.
 *
 * A chosen policy decides in place of that maximum, with the maximum as its lower bound during events. It does not
 * change whether the workload is active.
 *
 * Events are part of the forecast. Without a model their floor holds, and their factor multiplies the load before the
 * event: the newest known step, or the load now until the event begins.
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
  // Past days, from which the policy was chosen, do not show what an event needs.
  const isByPolicy = !Number.isNaN(byPolicy) && !(hasEvents() && larger > byPolicy);
  const value = isByPolicy ? byPolicy : larger;
  // A load below 0 is answered as 0, also on the wire.
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

  /** Not those that only leave hours out of what is learned. */
  function hasEvents(): boolean {
    const isForecast = ({ effects: { factor, holiday, likeStartSeconds } }: Occurrence): boolean =>
      (factor ?? holiday ?? likeStartSeconds) !== undefined;
    return (outlook?.events.some(isForecast) ?? false) || (events !== undefined && events.floor > 0);
  }

  /** The load that events announce without a forecast; undefined for none. */
  function eventPeak(): number | undefined {
    if (events === undefined) return undefined;
    const before = outlook ? lastKnown : events.hasBegun ? 0 : now;
    const atLeast = Math.max(events.floor, events.factor > 1 ? events.factor * before : 0);
    return atLeast > 0 ? atLeast : undefined;
  }

  /** The load of a policy is for replicas at their capacity, and the HPA divides the answer by the threshold. */
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
