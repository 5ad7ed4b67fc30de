import { replicasFor } from '../../hpa/desired-replicas.js';
import { type EffectiveEvent, likeText } from '../../planner/events.js';
import type { Snapshot } from '../../planner/types.js';
import { policyInWords } from '../../policy/policy-load.js';
import type { ScalerError } from '../../shared/errors.js';
import { redact } from '../../shared/redact.js';
import type { Trigger } from '../../trigger/trigger.js';
import type { Accuracy, ApiError, ComingPeak, EventView, ExplanationStep } from './contract.js';
import { eventView } from './event-views.js';
import { known, rfc3339, rounded } from './json-values.js';

/** How the value of a snapshot was decided, step by step. */
export function explain(snapshot: Snapshot): ExplanationStep[] {
  const { trigger, reason, decidedBy, bound } = snapshot;
  const value = rounded(snapshot.value);
  const peak = comingPeak(snapshot);
  const accuracy = accuracyOf(snapshot);
  const steps: ExplanationStep[] = [
    { step: 'observed', value: known(snapshot.observed), time: rfc3339(snapshot.observedAtSeconds) },
  ];
  if (snapshot.historyFailure)
    steps.push({ step: 'history-fails', error: apiError(snapshot.historyFailure) });
  if (peak) steps.push({ step: 'forecast', peak, horizonSeconds: trigger.horizonSeconds });
  else if (reason !== 'no-history')
    steps.push({ step: 'no-forecast', nextStageInSeconds: known(snapshot.nextStageInSeconds) });
  if (peak && accuracy) {
    const modelShare = rounded(snapshot.modelShare);
    steps.push({ step: 'trust', isTrusted: !snapshot.guarded, modelShare, accuracy });
  }
  if (snapshot.events.length > 0)
    steps.push({ step: 'events', events: snapshot.events.map((event) => effectOf(event, trigger)) });
  const chosen = snapshot.overload?.choice?.chosen;
  if (chosen && decidedBy === 'policy')
    steps.push({ step: 'policy', words: policyInWords(chosen.policy), target: trigger.targetOverload ?? 0 });
  steps.push({ step: 'choice', reason, decidedBy, value: rounded(snapshot.unboundedValue) });
  if (bound) steps.push({ step: 'clamp', bound, value });
  const { threshold, activationThreshold } = trigger;
  steps.push(
    { step: 'answer', value, isActive: snapshot.active, activationThreshold },
    { step: 'replicas', replicas: replicasFor(snapshot.value, threshold), threshold },
  );
  return steps;
}

/** What an event does, and what its load is taken to be like. */
function effectOf(event: EffectiveEvent, trigger: Trigger): Pick<EventView, 'name' | 'effect'> {
  const { name, effect } = eventView(event, trigger);
  return { name, effect: event.like ? `${effect}, ${likeText(event.like, trigger.timezone)}` : effect };
}

/** The coming peak; null without a forecast. */
export function comingPeak({ forecast, stage, trigger }: Snapshot): ComingPeak | null {
  if (!forecast || stage === 'observed') return null;
  return {
    value: rounded(forecast.peak),
    time: rfc3339(forecast.peakAtSeconds),
    quantile: trigger.quantile,
  };
}

/** The measured errors; null before the first. */
export function accuracyOf({ quality, trigger }: Snapshot): Accuracy | null {
  if (!quality || quality.samples === 0) return null;
  const { modelError, lastValueError, coverage, samples } = quality;
  return {
    quantile: trigger.quantile,
    modelError: rounded(modelError),
    lastValueError: rounded(lastValueError),
    closerThanReactingShare: lastValueError > 0 ? rounded(1 - modelError / lastValueError) : 0,
    coverageShare: rounded(coverage),
    samples,
  };
}

/** An error without secrets. */
export function apiError(error: ScalerError): ApiError {
  return { kind: error.kind, message: redact(error.message) };
}
