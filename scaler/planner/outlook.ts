import { type FittedModel, type Forecast, forecast } from '../forecast/index.js';
import type { Trigger } from '../trigger.js';
import { horizonSteps } from './fit-options.js';

/** What a model says of the coming horizon, as far as answers need it: it holds until the next step of history. */
export type Outlook = Pick<
  FittedModel,
  'stage' | 'nextStageInSeconds' | 'guarded' | 'quality' | 'endSeconds' | 'stepSeconds'
> & {
  /** Newest known step mean; NaN when there is none. */
  readonly last: number;
  /** From the step that holds the moment asked about on: the 0.1 and the trigger's own quantile, in this order. */
  readonly forecast: Forecast;
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
  const { stage, nextStageInSeconds, guarded, quality, endSeconds, stepSeconds } = model;
  const quantiles = [LOWER_QUANTILE, trigger.quantile];
  return {
    stage,
    nextStageInSeconds,
    guarded,
    quality,
    endSeconds,
    stepSeconds,
    last: model.mean.last,
    forecast: forecast(model, horizonSteps(trigger), quantiles, stepsBehind(model, nowSeconds)),
  };
}
