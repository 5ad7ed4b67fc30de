import type { Trigger } from '../trigger/trigger.js';
import type { Outlook } from './outlook.js';
import type { Reason } from './types.js';

/** What a trigger says about its answer. */
export type SignalSettings = Pick<Trigger, 'mode' | 'minValue' | 'maxValue' | 'activationThreshold'>;

/** What is known at one moment. */
export interface Present {
  /** The load now; undefined when the query's result is empty or Prometheus does not answer. */
  readonly observed: number | undefined;
  /** Whether Prometheus does not answer, so that the forecast goes on from the model's last state. */
  readonly stale: boolean;
  /** Whether the history cannot be read, which is why there is no forecast. */
  readonly lacksHistory?: boolean;
}

/** The answer to KEDA and why it is what it is. */
export interface Signal {
  /** Answered to GetMetrics, after clamping. */
  readonly value: number;
  /** Answered to IsActive: the value is strictly above the activation threshold. */
  readonly active: boolean;
  readonly reason: Reason;
}

/**
 * Decides the answered value: the larger of the load now and the coming peak's quantile, so it is never below what a
 * reactive scaler would answer. Without a model that earns its place, the load now is answered alone; while Prometheus
 * does not answer there is no load to observe: the forecast alone decides, or the newest known step where the forecast
 * must not.
 *
 * Pure; the live planner and the replay both call it, once a minute or more often.
 */
export function decideSignal(
  settings: SignalSettings,
  outlook: Outlook | undefined,
  present: Present,
): Signal {
  const { value, reason } = choose(settings.mode, outlook, present);
  const clamped = Math.min(
    settings.maxValue ?? Number.POSITIVE_INFINITY,
    Math.max(settings.minValue ?? Number.NEGATIVE_INFINITY, value),
  );
  return { value: clamped, active: clamped > settings.activationThreshold, reason };
}

function choose(
  mode: SignalSettings['mode'],
  outlook: Outlook | undefined,
  { observed, stale, lacksHistory }: Present,
): { value: number; reason: Reason } {
  const peak = outlook?.forecast.peak;
  const usable = outlook !== undefined && outlook.stage !== 'observed' && !outlook.guarded;
  if (stale) {
    const known = observed ?? (outlook && Number.isFinite(outlook.last) ? outlook.last : 0);
    const value = usable && mode === 'predict' ? Math.max(observed ?? peak!, peak!) : known;
    return { value, reason: 'stale' };
  }
  const now = observed ?? 0;
  const nothing = observed === undefined;
  if (mode === 'observe') return { value: now, reason: nothing ? 'empty' : 'observe-mode' };
  if (!usable && !nothing && lacksHistory && !outlook?.guarded) return { value: now, reason: 'no-history' };
  if (!usable) return { value: now, reason: nothing ? 'empty' : outlook?.guarded ? 'guarded' : 'warming-up' };
  if (peak! > now) return { value: peak!, reason: 'forecast' };
  return { value: now, reason: nothing ? 'empty' : 'observed' };
}
