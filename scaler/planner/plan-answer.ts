import { formatDuration } from '../duration.js';
import { ScalerError } from '../errors.js';
import type { FittedModel, Forecast } from '../forecast/index.js';
import type { Observation } from '../history/types.js';
import type { Trigger } from '../trigger.js';
import { decideSignal } from './signal.js';
import type { Answer, PlannedForecast, Snapshot } from './types.js';

/** Everything known about a trigger at one moment. */
export interface Knowledge {
  readonly trigger: Trigger;
  readonly nowSeconds: number;
  /** The newest observation of the load; undefined when there never was one. */
  readonly observation: Observation | undefined;
  /** Why the newest read of the history source failed; undefined when it did not. */
  readonly failure: ScalerError | undefined;
  /** The model in use; undefined while there is none. */
  readonly model: FittedModel | undefined;
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

  const model = usable(knowledge);
  const signal = decideSignal(trigger, model, {
    nowSeconds,
    observed: observation.value,
    stale: failure !== undefined || observedAgo > freshSeconds || model !== knowledge.model,
  });
  const snapshot: Snapshot = {
    trigger,
    computedAtSeconds: nowSeconds,
    observed: observation.value,
    observedAtSeconds: observation.atSeconds,
    value: signal.value,
    active: signal.active,
    reason: signal.reason,
    stage: model?.stage ?? 'observed',
    nextStageInSeconds: model?.nextStageInSeconds,
    guarded: model?.guarded ?? false,
    forecast: signal.forecast && plannedForecast(signal.forecast),
    quality: model?.quality,
    historyUntilSeconds: model?.endSeconds,
  };
  return { snapshot };
}

/** The model, unless it is so old that its forecast would be a guess. */
function usable({ model, nowSeconds, maxStalenessSeconds }: Knowledge): FittedModel | undefined {
  if (!model) return undefined;
  const unseenSeconds = nowSeconds - model.endSeconds;
  return unseenSeconds <= maxStalenessSeconds + 2 * model.stepSeconds ? model : undefined;
}

function plannedForecast(forecast: Forecast): PlannedForecast {
  const { startSeconds, stepSeconds, mean, quantiles, peaks, peakStep } = forecast;
  return {
    startSeconds,
    stepSeconds,
    mean,
    lower: quantiles[0]!,
    upper: quantiles[1]!,
    peak: peaks[1]!,
    peakAtSeconds: startSeconds + peakStep * stepSeconds,
  };
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
