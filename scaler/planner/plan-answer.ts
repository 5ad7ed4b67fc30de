import { formatDuration } from '../duration.js';
import { ScalerError } from '../errors.js';
import type { Observation } from '../history/types.js';
import type { Trigger } from '../trigger.js';
import type { Outlook } from './outlook.js';
import { decideSignal } from './signal.js';
import type { Answer, Snapshot } from './types.js';

/** Everything known about a trigger at one moment. */
export interface Knowledge {
  readonly trigger: Trigger;
  readonly nowSeconds: number;
  /** The newest observation of the load; undefined when there never was one. */
  readonly observation: Observation | undefined;
  /** Why the newest read of the history source failed; undefined when it did not. */
  readonly failure: ScalerError | undefined;
  /** What the model in use says of the coming horizon; undefined while there is none. */
  readonly outlook: Outlook | undefined;
  /** An observation older than this means that the history source does not answer. */
  readonly freshSeconds: number;
  /** How old observation and model may be and still serve. */
  readonly maxStalenessSeconds: number;
}

/**
 * What KEDA is answered, by the failure table of docs/operations.md: the load now or the coming peak; for a while the
 * last of both when the history source fails; then the error that makes KEDA's fallback count.
 *
 * @returns undefined while nothing is known yet, neither a value nor a failure.
 */
export function planAnswer(knowledge: Knowledge): Answer | undefined {
  const { trigger, nowSeconds, observation, failure, freshSeconds, maxStalenessSeconds } = knowledge;
  if (failure && failure.kind !== 'unavailable') return { error: failure };
  if (!observation) return failure && { error: failure };
  const observedAgo = nowSeconds - observation.atSeconds;
  if (observedAgo > maxStalenessSeconds) return { error: failure ?? silent(trigger, observedAgo) };
  if (observation.value === undefined && !trigger.ignoreNullValues) return { error: noSeries(trigger) };

  const outlook = usable(knowledge);
  const signal = decideSignal(trigger, outlook, {
    observed: observation.value,
    stale: failure !== undefined || observedAgo > freshSeconds || outlook !== knowledge.outlook,
  });
  const snapshot: Snapshot = {
    trigger,
    computedAtSeconds: nowSeconds,
    observed: observation.value,
    observedAtSeconds: observation.atSeconds,
    value: signal.value,
    active: signal.active,
    reason: signal.reason,
    stage: outlook?.stage ?? 'observed',
    nextStageInSeconds: outlook?.nextStageInSeconds,
    guarded: outlook?.guarded ?? false,
    forecast: outlook?.forecast,
    quality: outlook?.quality,
    historyUntilSeconds: outlook?.endSeconds,
  };
  return { snapshot };
}

/** The outlook, unless its model is so old that the forecast would be a guess. */
function usable({ outlook, nowSeconds, maxStalenessSeconds }: Knowledge): Outlook | undefined {
  if (!outlook) return undefined;
  const unseenSeconds = nowSeconds - outlook.endSeconds;
  return unseenSeconds <= maxStalenessSeconds + 2 * outlook.stepSeconds ? outlook : undefined;
}

function silent(trigger: Trigger, forSeconds: number): ScalerError {
  return new ScalerError(
    'unavailable',
    `${nameOf(trigger)}: the history source has not answered for ${formatDuration(Math.round(forSeconds))}; check that Prometheus runs and answers the query`,
  );
}

function noSeries(trigger: Trigger): ScalerError {
  return new ScalerError(
    'unavailable',
    `${nameOf(trigger)}: the query gives no series and ignoreNullValues is false: check the query, or set ignoreNullValues to "true" to read an empty result as no load`,
  );
}

function nameOf({ namespace, scaledObject }: Trigger): string {
  return `ScaledObject ${namespace}/${scaledObject}`;
}
