import { deserialize, serialize } from 'node:v8';
import { compactModel } from '../forecast/compact-model.js';
import { type FitOptions, type FittedModel, fit, type Series } from '../forecast/index.js';

/**
 * A model as bytes, with what is asked of it between steps. A model is a hundred objects, and the garbage collector
 * visits each of them again and again; ten thousand models at rest are therefore kept in this form and unpacked once for
 * each new step.
 */
export interface PackedModel extends Pick<FittedModel, 'endSeconds' | 'stepSeconds' | 'nextStageInSeconds'> {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Fits a model as the live planner holds it: compact and packed. Errors as for `fit`. */
export function fitPacked(series: Series, options: FitOptions): PackedModel {
  return packModel(compactModel(fit(series, options), options.quantile));
}

/** A model in a buffer of its own, so that it can be handed from one thread to another. */
export function packModel(model: FittedModel): PackedModel {
  const { endSeconds, stepSeconds, nextStageInSeconds } = model;
  return { bytes: Uint8Array.from(serialize(model)), endSeconds, stepSeconds, nextStageInSeconds };
}

/** The model that was packed. Its arrays may lie in the bytes themselves: after an update, pack it again. */
export function unpackModel({ bytes }: PackedModel): FittedModel {
  return deserialize(bytes) as FittedModel;
}
