import type { ErrorQuantiles, FittedModel, PooledModel } from './types.js';

/**
 * The same model in half the memory: seasons and errors in single precision, seven digits, where a load is known to two.
 * For models that are kept by the thousand. Updates go on in single precision, equally in every replica.
 *
 * @param model is not to be used any more: what is not copied is shared.
 */
export function compactModel(model: FittedModel): FittedModel {
  const mean = compactPool(model.mean);
  return {
    ...model,
    mean,
    peak: model.peak === model.mean ? mean : compactPool(model.peak),
    peakErrors: compactErrors(model.peakErrors),
  };
}

function compactPool(pool: PooledModel): PooledModel {
  return {
    ...pool,
    members: pool.members.map((member) => ({
      ...member,
      seasons: member.seasons.map((season) => ({
        ...season,
        effects: Float32Array.from(season.effects),
        visits: Float32Array.from(season.visits),
      })),
    })),
    stepErrors: pool.stepErrors.map(compactErrors),
  };
}

function compactErrors(errors: ErrorQuantiles): ErrorQuantiles {
  return { ...errors, sorted: Float32Array.from(errors.sorted) };
}
