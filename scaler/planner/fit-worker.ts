import { compactModel } from '../forecast/compact-model.js';
import { type FitOptions, type FittedModel, fit, type Series } from '../forecast/index.js';

/** What runs in a worker thread of the fit pool. */
export default function fitInWorker(task: { series: Series; options: FitOptions }): FittedModel {
  return compactModel(fit(task.series, task.options));
}
