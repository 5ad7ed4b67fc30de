import type { Observation } from '../history/types.js';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import { type ComingEvents, effectiveEvents } from './events.js';
import type { Outlook } from './outlook.js';
import { decideSignal, type FollowedPolicy } from './signal.js';
import type { Answer, OverloadKept, Snapshot } from './types.js';

/** What is known about a trigger at one moment. */
export interface Knowledge {
  /** With the horizon of the model in use. */
  readonly trigger: Trigger;
  readonly podStartupProblem?: string | undefined;
  /** How the accepted overload is kept, and the policy for it; undefined without a `targetOverload`. */
  readonly overload?: OverloadKept | undefined;
  readonly followed?: FollowedPolicy | undefined;
  readonly nowSeconds: number;
  /** The newest observation of the load; undefined when there was none. */
  readonly observation: Observation | undefined;
  /** Why the newest observation failed; undefined when it did not. */
  readonly observeFailure: ScalerError | undefined;
  /** Why the newest read of the history failed; undefined when it did not. */
  readonly historyFailure: ScalerError | undefined;
  /** From the model in use; undefined while there is none. */
  readonly outlook: Outlook | undefined;
  /** The events within the horizon; undefined where there are none. */
  readonly events?: ComingEvents | undefined;
  /** An older observation means that the history source does not answer. */
  readonly freshSeconds: number;
  /** Oldest observation and oldest model that still serve. */
  readonly maxStalenessSeconds: number;
}

/**
 * The answer to KEDA, by the failure table of docs/operations.md: the load now or the coming peak; when the history
 * source fails, for a while what was known last, and then an error, so that KEDA's fallback counts. Without the history
 * there is no forecast, but still the load now.
 *
 * @returns undefined while neither a value nor a failure is known
 */
export function planAnswer(knowledge: Knowledge): Answer | undefined {
  const { trigger, nowSeconds, observation, observeFailure, freshSeconds, maxStalenessSeconds } = knowledge;
  if (observeFailure && observeFailure.kind !== 'unavailable') return { error: observeFailure };
  if (!observation) return observeFailure && { error: observeFailure };
  const observedAgo = nowSeconds - observation.atSeconds;
  const outage = () => ({ error: observeFailure ?? silent(trigger, observedAgo) });
  if (observedAgo > maxStalenessSeconds) return outage();
  if (observation.value === undefined && !trigger.ignoreNullValues)
    return {
      error: unavailable(
        trigger,
        'the query gives no series, or NaN or infinity, and ignoreNullValues is false: check the query, or set ignoreNullValues to "true" to read that as no load',
      ),
    };

  const outlook = usable(knowledge);
  const stale = observeFailure !== undefined || observedAgo > freshSeconds;
  // An empty result means no load only while Prometheus answers.
  const knowsNothing = observation.value === undefined && (!outlook || outlook.stage === 'observed');
  if (stale && knowsNothing) return outage();
  const historyFailure = stale ? undefined : historyFailureOf(knowledge, outlook);
  const now = {
    observed: observation.value,
    stale,
    lacksHistory: historyFailure !== undefined,
    events: knowledge.events,
  };
  const signal = decideSignal(trigger, outlook, now, knowledge.followed);
  const snapshot: Snapshot = {
    trigger,
    computedAtSeconds: nowSeconds,
    observed: observation.value,
    observedAtSeconds: observation.atSeconds,
    ...signal,
    stage: outlook?.stage ?? 'observed',
    nextStageInSeconds: outlook?.nextStageInSeconds,
    modelShare: outlook?.trust ?? 0,
    guarded: outlook?.guarded ?? false,
    forecast: outlook?.forecast,
    quality: outlook?.quality,
    events: outlook?.events ?? effectiveEvents(knowledge.events, undefined),
    historyUntilSeconds: outlook?.endSeconds,
    overload: knowledge.overload,
    podStartupProblem: knowledge.podStartupProblem,
    historyFailure,
  };
  return { snapshot };
}

/** The outlook, unless its model is too old. */
function usable({ outlook, nowSeconds, maxStalenessSeconds }: Knowledge): Outlook | undefined {
  if (!outlook) return undefined;
  const unseenSeconds = nowSeconds - outlook.endSeconds;
  return unseenSeconds <= maxStalenessSeconds + 2 * outlook.stepSeconds ? outlook : undefined;
}

function historyFailureOf(
  { trigger, nowSeconds, outlook, historyFailure }: Knowledge,
  used: Outlook | undefined,
): ScalerError | undefined {
  if (historyFailure || used === outlook) return historyFailure;
  const ago = formatDuration(Math.round(nowSeconds - outlook!.endSeconds));
  return unavailable(
    trigger,
    `the newest step of history is ${ago} old, too old to forecast from; the source answers the load now but not the history`,
  );
}

/** An error of a trigger's history, for KEDA. One that is not written for users becomes the cause. */
export function historyError(error: unknown, { namespace, scaledObject }: Trigger): ScalerError {
  if (error instanceof ScalerError) return error;
  return new ScalerError(
    'unavailable',
    `the history of ${namespace}/${scaledObject} could not be read because of a fault in the scaler; its log says more`,
    { cause: error },
  );
}

function silent(trigger: Trigger, seconds: number): ScalerError {
  const duration = formatDuration(Math.round(seconds));
  return unavailable(
    trigger,
    `the history source has not answered for ${duration}; check that Prometheus runs and answers the query`,
  );
}

function unavailable({ namespace, scaledObject }: Trigger, what: string): ScalerError {
  return new ScalerError('unavailable', `ScaledObject ${namespace}/${scaledObject}: ${what}`);
}
