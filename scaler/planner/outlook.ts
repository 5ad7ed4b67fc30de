import { type FittedModel, forecast } from '../forecast/index.js';
import { startupSteps } from '../policy/past.js';
import type { InUse } from './choice.js';
import { type ComingEvents, type EffectiveEvent, effectiveEvents } from './events.js';
import { horizonSteps } from './fit-options.js';
import type { PlannedForecast } from './types.js';

/** What a model says about the horizon, for answers. It holds until the next step of history. */
export type Outlook = Pick<
  FittedModel,
  'stage' | 'nextStageInSeconds' | 'quality' | 'endSeconds' | 'stepSeconds'
> & {
  /** Share of the model in the peak of the forecast. */
  readonly trust: number;
  /** Whether the last value has the larger share. */
  readonly guarded: boolean;
  /** Mean of the newest known step; NaN when there is none. */
  readonly last: number;
  /** The trigger's quantile of the highest load until a pod that is asked for now is ready; undefined without a chosen policy. */
  readonly startupPeak?: number | undefined;
  /** From the current step on. */
  readonly forecast: PlannedForecast;
  /** The events within the horizon. */
  readonly events: readonly EffectiveEvent[];
};

/** Lower edge of the band around the forecast in charts. */
export const LOWER_QUANTILE = 0.1;

/** Steps that are over and that the model does not know. */
export function stepsBehind(
  { endSeconds, stepSeconds }: Pick<FittedModel, 'endSeconds' | 'stepSeconds'>,
  nowSeconds: number,
): number {
  return Math.max(0, Math.floor((nowSeconds - endSeconds) / stepSeconds));
}

/** Begin of the step that holds a moment, on the grid of a model. */
export function currentStepSeconds(
  model: Pick<FittedModel, 'endSeconds' | 'stepSeconds'>,
  nowSeconds: number,
): number {
  return model.endSeconds + stepsBehind(model, nowSeconds) * model.stepSeconds;
}

/** The outlook of a model at a moment. @param events within the horizon from `currentStepSeconds` on */
export function outlookOf(
  model: FittedModel,
  { trigger, choice }: InUse,
  nowSeconds: number,
  events?: ComingEvents,
): Outlook {
  const { stage, nextStageInSeconds, quality, endSeconds, stepSeconds } = model;
  const quantiles = [LOWER_QUANTILE, trigger.quantile];
  const behind = stepsBehind(model, nowSeconds);
  const coming = forecast(model, horizonSteps(trigger), quantiles, behind, events?.effects);
  const startupPeak = () => {
    const steps = startupSteps(trigger.podStartupSeconds, stepSeconds, model.horizonSteps);
    return forecast(model, steps, quantiles, behind, events?.effects).peaks[1];
  };
  return {
    stage,
    nextStageInSeconds,
    trust: coming.trust,
    guarded: coming.guarded,
    quality,
    endSeconds,
    stepSeconds,
    last: model.mean.last,
    startupPeak: choice?.chosen && startupPeak(),
    forecast: {
      startSeconds: coming.startSeconds,
      stepSeconds,
      mean: coming.mean,
      lower: coming.quantiles[0]!,
      upper: coming.quantiles[1]!,
      peak: coming.peaks[1]!,
      peakAtSeconds: coming.startSeconds + coming.peakStep * stepSeconds,
    },
    events: effectiveEvents(events, model),
  };
}
