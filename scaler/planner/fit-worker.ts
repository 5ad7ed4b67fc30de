import { compactModel } from '../forecast/compact-model.js';
import { type FitOptions, type FittedModel, fit, type Series } from '../forecast/index.js';
import { type ChoiceOptions, choosePolicy } from '../policy/choose.js';
import { loadOfMinutes } from '../policy/load.js';
import type { Choice } from '../policy/types.js';
import type { ChoiceHistory } from './choice.js';

/** Fits a model in the compact form of which the planner holds thousands. Errors as for `fit`. */
export function fitCompact(series: Series, options: FitOptions): FittedModel {
  return compactModel(fit(series, options), options.quantile);
}

/** What runs in a worker thread of the fit pool. */
export default function fitInWorker(task: { series: Series; options: FitOptions }): FittedModel {
  return fitCompact(task.series, task.options);
}

/** The same, for a choice of policy. */
export function chooseInWorker(task: ChoiceHistory & { options: ChoiceOptions }): Choice {
  const { steps, minutes, options } = task;
  return choosePolicy(steps, minutes && loadOfMinutes(minutes), options);
}
