import { type Child, h, sentence } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { ExplanationStep } from '../api/contract.js';
import {
  count,
  counted,
  duration,
  epochSeconds,
  exactPercent,
  percent,
  span,
  timeElement,
} from './format.js';
import { accuracyWords, errorAdvice } from './words.js';

/** How the answered value was decided, as a list from the load to the replicas. */
export function explanationList(steps: readonly ExplanationStep[], nowSeconds: number): HTMLElement {
  return h(
    'ol.steps.stack',
    ...steps.map((step) => h('li', { class: step.step }, explained(step, nowSeconds))),
  );
}

function explained(step: ExplanationStep, nowSeconds: number): Child {
  const value = strong('value' in step ? load(step.value) : '');
  switch (step.step) {
    case 'observed': {
      const time = timeElement(step.time, nowSeconds);
      return step.value === null
        ? sentence`The query gives ${strong('no series')}, or NaN or infinity, at ${time}, which reads as no load.`
        : sentence`Observed load: ${value} at ${time}.`;
    }
    case 'forecast': {
      const { value: peak, time, quantile: share } = step.peak;
      const wait = epochSeconds(time) - nowSeconds;
      const when = wait > 60 ? sentence`at ${timeElement(time, nowSeconds)} (in ${span(wait)})` : 'now';
      return sentence`Highest load forecast within ${duration(step.horizonSeconds)}: ${strong(load(peak))}, most likely ${when}. ${exactPercent(share)} of such peaks should stay at or below it.`;
    }
    case 'history-fails':
      return sentence`The history ${strong('cannot be read')}: ${h('q', step.error.message)} The load now is not affected.`;
    case 'no-forecast':
      return step.nextStageInSeconds === null
        ? 'No forecast yet. It begins as soon as there is history to learn from.'
        : `No forecast yet: the history is too short. The first one comes in ${span(step.nextStageInSeconds)}.`;
    case 'trust':
      return trust(step);
    case 'events':
      return sentence`Known events count within the horizon: ${strong(step.events.map(({ name, effect }) => `${name}: ${effect}`).join('; '))}.`;
    case 'policy':
      return sentence`To stay within ${strong(exactPercent(step.target))} of overload, the policy of the day wants pods for ${step.words}.`;
    case 'choice':
      return sentence`${choice(step)}: ${value}.`;
    case 'clamp':
      return sentence`The trigger’s ${step.bound === 'minValue' ? 'lower' : 'upper'} bound (${h('code', step.bound)}) makes it ${value}.`;
    case 'answer':
      return sentence`KEDA is answered ${value} and “${step.isActive ? 'active' : 'not active'}”, since ${step.isActive ? 'a' : 'no'} load above the activation threshold of ${load(step.activationThreshold)} is there or coming.`;
    case 'replicas':
      return sentence`At ${load(step.threshold)} per replica that asks for ${strong(counted(step.replicas, 'replica'))}, within the bounds of the ScaledObject.`;
    case 'error':
      return sentence`KEDA is answered an error: ${h('q', step.error.message)}${h('span.advice', errorAdvice(step.error))}`;
  }
}

/** How much the model counts. */
function trust({ modelShare, accuracy }: Extract<ExplanationStep, { step: 'trust' }>): Child {
  const { samples } = accuracy;
  const past = samples === 1 ? 'one past forecast' : `${count(samples)} past forecasts`;
  const measured = sentence`${strong(accuracyWords(accuracy))} over ${past}`;
  // A model that is closer than reacting is set aside only while the load stays away.
  if (modelShare === 0 && accuracy.closerThanReactingShare > 0)
    return 'The load has stayed far below the forecast for half an hour. Until it comes, the forecast does not count; the last load with its usual rise does.';
  if (modelShare >= 1) return sentence`The model alone makes this forecast: it was ${measured}.`;
  const share = modelShare > 0 ? `counts ${percent(modelShare)}` : 'does not count';
  return sentence`The model was ${measured}, so it ${share} in this forecast; the rest is the last load with its usual rise.`;
}

function choice({ reason, decidedBy }: Extract<ExplanationStep, { step: 'choice' }>): Child {
  const stale = reason === 'stale' ? 'There is no new data. ' : '';
  switch (decidedBy) {
    case 'forecast':
      return `${stale}The forecast is the larger of the two and decides`;
    case 'observed':
      return reason === 'observe-mode'
        ? sentence`This trigger is on a dry run (${h('code', 'mode: observe')}), so the observed load decides`
        : `${stale}The observed load decides`;
    case 'event':
      return `${stale}There is no forecast yet, and what is known of the coming event decides`;
    case 'policy':
      return `${stale}The policy decides: per replica at its threshold that comes to`;
    case 'last-step':
      return `${stale}The last known load decides`;
    case 'nothing':
      return 'Nothing is there to decide';
  }
}

function strong(text: string): HTMLElement {
  return h('strong', text);
}
