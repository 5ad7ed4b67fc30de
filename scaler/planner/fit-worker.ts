import type { FitOptions, Series } from '../forecast/index.js';
import { fitPacked, type PackedModel } from './packed-model.js';

/** What runs in a worker thread of the fit pool. */
export default function fitInWorker(task: { series: Series; options: FitOptions }): PackedModel {
  return fitPacked(task.series, task.options);
}
