import { replicasFor } from '../../hpa/desired-replicas.js';
import type { KnownTrigger } from '../../planner/types.js';
import type { Sparkline, TriggerSummary } from './contract.js';
import { accuracyOf, apiError, comingPeak } from './explain.js';
import { known, rfc3339 } from './json-values.js';

/** A trigger in the overview. */
export function summarise({ name, trigger, answer }: KnownTrigger, spark: Sparkline | null): TriggerSummary {
  const snapshot = answer?.snapshot;
  const peak = snapshot ? comingPeak(snapshot) : null;
  const replicas = (load: number | null | undefined) =>
    load === undefined || load === null ? null : replicasFor(load, trigger.threshold);
  return {
    namespace: trigger.namespace,
    scaledObject: trigger.scaledObject,
    metricName: name,
    status: answer?.error ? 'error' : (snapshot?.status ?? 'starting'),
    reason: snapshot?.reason ?? null,
    stage: snapshot?.stage ?? null,
    nextStageInSeconds: known(snapshot?.nextStageInSeconds),
    error: answer?.error ? apiError(answer.error) : null,
    threshold: trigger.threshold,
    horizonSeconds: (snapshot?.trigger ?? trigger).horizonSeconds,
    observed: known(snapshot?.observed),
    observedTime: snapshot ? rfc3339(snapshot.observedAtSeconds) : null,
    answered: known(snapshot?.value),
    isActive: snapshot?.active ?? null,
    peak,
    replicas: {
      forObserved: replicas(snapshot?.observed),
      forAnswered: replicas(snapshot?.value),
      forPeak: replicas(peak?.value),
    },
    accuracy: snapshot ? accuracyOf(snapshot) : null,
    sparkline: spark,
  };
}
