import { type FittedModel, forecast } from '../forecast/index.js';
import type { Trigger } from '../trigger/trigger.js';
import { horizonSteps } from './fit-options.js';
import type { PlannedForecast } from './types.js';

/** What a model says of the coming horizon, as far as answers need it: it holds until the next step of history. */
export type Outlook = Pick<
  FittedModel,
  'stage' | 'nextStageInSeconds' | 'trust' | 'guarded' | 'quality' | 'endSeconds' | 'stepSeconds'
> & {
  /** Newest known step mean; NaN when there is none. */
  readonly last: number;
  /** From the step that holds the moment asked about on. */
  readonly forecast: PlannedForecast;
};

/** Lower edge of the band that charts show around the forecast. */
export const LOWER_QUANTILE = 0.1;

/** Steps that a model does not know and that are over: it may end before now when steps are missing. */
export function stepsBehind(
  { endSeconds, stepSeconds }: Pick<FittedModel, 'endSeconds' | 'stepSeconds'>,
  nowSeconds: number,
): number {
  return Math.max(0, Math.floor((nowSeconds - endSeconds) / stepSeconds));
}

/** The outlook of a model for a trigger at a moment. */
export function outlookOf(
  model: FittedModel,
  trigger: Pick<Trigger, 'horizonSeconds' | 'stepSeconds' | 'quantile'>,
  nowSeconds: number,
): Outlook {
  const { stage, nextStageInSeconds, trust, guarded, quality, endSeconds, stepSeconds } = model;
  const quantiles = [LOWER_QUANTILE, trigger.quantile];
  const coming = forecast(model, horizonSteps(trigger), quantiles, stepsBehind(model, nowSeconds));
  return {
    stage,
    nextStageInSeconds,
    trust: coming.recurring ? 1 : trust,
    guarded: guarded && !coming.recurring,
    quality,
    endSeconds,
    stepSeconds,
    last: model.mean.last,
    forecast: {
      startSeconds: coming.startSeconds,
      stepSeconds,
      mean: coming.mean,
      lower: coming.quantiles[0]!,
      upper: coming.quantiles[1]!,
      peak: coming.peaks[1]!,
      peakAtSeconds: coming.startSeconds + coming.peakStep * stepSeconds,
    },
  };
}
