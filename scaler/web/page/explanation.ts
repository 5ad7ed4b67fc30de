import { type Child, element } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { ExplanationStep } from '../api/contract.js';
import { epochSeconds, percent, quantile, replicas, span, timeElement } from './format.js';
import { accuracyWords, errorAdvice } from './words.js';

/** How the answered value came about, as a list that reads from the load to the replicas. */
export function explanationItems(steps: readonly ExplanationStep[], nowSeconds: number): HTMLLIElement[] {
  return steps.map((step) => element('li', { class: step.step }, ...sentence(step, nowSeconds)));
}

function sentence(step: ExplanationStep, nowSeconds: number): Child[] {
  switch (step.step) {
    case 'observed':
      return step.value === null
        ? [
            'The query gives ',
            strong('no series'),
            ' at ',
            timeElement(step.time, nowSeconds),
            ', read as no load.',
          ]
        : ['Observed load: ', strong(load(step.value)), ' at ', timeElement(step.time, nowSeconds), '.'];
    case 'forecast':
      return [
        `Highest load forecast within ${span(step.horizonSeconds)}: `,
        strong(load(step.peak.value)),
        ', most likely at ',
        timeElement(step.peak.time, nowSeconds),
        `${waitWords(epochSeconds(step.peak.time) - nowSeconds)}. ${quantile(step.peak.quantile)} of such peaks should stay at or below it.`,
      ];
    case 'history-fails':
      return [
        'The history ',
        strong('cannot be read'),
        ': ',
        element('q', {}, step.error.message),
        ' The load now is not affected.',
      ];
    case 'no-forecast':
      return [
        'No forecast yet: the history is too short. ',
        step.nextStageInSeconds === null
          ? 'It begins as soon as there is history to learn from.'
          : `The first one comes in ${span(step.nextStageInSeconds)}.`,
      ];
    case 'trust':
      return trust(step);
    case 'choice':
      return choice(step);
    case 'clamp':
      return [
        `The trigger’s ${step.bound === 'minValue' ? 'lower' : 'upper'} bound (`,
        element('code', {}, step.bound),
        ') makes it ',
        strong(load(step.value)),
        '.',
      ];
    case 'answer':
      return [
        'KEDA is answered ',
        strong(load(step.value)),
        ` and “${step.isActive ? 'active' : 'not active'}”, since ${step.isActive ? 'a' : 'no'} load above the activation threshold of ${load(step.activationThreshold)} is there or coming.`,
      ];
    case 'replicas':
      return [
        `At ${load(step.threshold)} per replica that asks for `,
        strong(replicas(step.replicas)),
        ', within the bounds of the ScaledObject.',
      ];
    case 'error':
      return [
        'KEDA is answered an error: ',
        element('q', {}, step.error.message),
        element('span', { class: 'advice' }, errorAdvice(step.error)),
      ];
  }
}

function waitWords(seconds: number): string {
  return seconds > 60 ? ` (in ${span(seconds)})` : ', which is now';
}

/** How much the model counts. */
function trust({ modelShare, accuracy }: Extract<ExplanationStep, { step: 'trust' }>): Child[] {
  const measured = [strong(accuracyWords(accuracy)), ` over ${count(accuracy.samples)}`];
  if (modelShare >= 1) return ['The model alone makes this forecast: it was ', ...measured, '.'];
  return [
    'The model was ',
    ...measured,
    `, so it has ${modelShare > 0 ? `${percent(modelShare)} of the say` : 'no say'} in this forecast; the rest is the last load with its usual rise.`,
  ];
}

function choice({ reason, decidedBy, value }: Extract<ExplanationStep, { step: 'choice' }>): Child[] {
  const shown = strong(load(value));
  const stale = reason === 'stale' ? 'There is no new data. ' : '';
  switch (decidedBy) {
    case 'forecast':
      return [stale, 'The forecast is the larger of the two and decides: ', shown, '.'];
    case 'observed':
      if (reason === 'observe-mode')
        return [
          'This trigger is on a dry run (',
          element('code', {}, 'mode: observe'),
          '), so the observed load decides: ',
          shown,
          '.',
        ];
      return [stale, 'The observed load decides: ', shown, '.'];
    case 'last-step':
      return [stale, 'The last known load decides: ', shown, '.'];
    case 'nothing':
      return ['Nothing is there to decide: ', shown, '.'];
  }
}

function count(samples: number): string {
  return samples === 1 ? 'one past forecast' : `${samples.toLocaleString('en-GB')} past forecasts`;
}

function strong(text: string): HTMLElement {
  return element('strong', {}, text);
}
