import { deserialize, serialize } from 'node:v8';
import { compactModel } from '../forecast/compact-model.js';
import { type FitOptions, type FittedModel, fit, type Series } from '../forecast/index.js';

/**
 * A model as bytes. A model is a hundred objects, and the garbage collector visits each of them again and again; ten
 * thousand models at rest are therefore kept in this form and unpacked once for each new step.
 */
export type PackedModel = Uint8Array<ArrayBuffer>;

/** Fits a model as the live planner holds it: compact and packed. Errors as for `fit`. */
export function fitPacked(series: Series, options: FitOptions): PackedModel {
  return packModel(compactModel(fit(series, options), options.quantile));
}

/** The bytes of a model, in a buffer of their own, so that they can be handed from one thread to another. */
export function packModel(model: FittedModel): PackedModel {
  return Uint8Array.from(serialize(model));
}

/** The model that was packed. Its arrays may lie in the bytes themselves: after an update, pack it again. */
export function unpackModel(packed: PackedModel): FittedModel {
  return deserialize(packed) as FittedModel;
}
