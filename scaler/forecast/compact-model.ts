import { quantilesAt } from './errors/quantile-of-sorted.js';
import type { Companions, ErrorQuantiles, FittedModel, PooledModel } from './types.js';

/** Shares beyond this lie outside what is kept. */
const OUTERMOST = 1 / 200;

/** Errors are kept at every half percent: `quantileOfSorted` gives at each of them what it gives of all errors. */
const KEPT_SHARES = Array.from({ length: 199 }, (_, k) => (k + 1) * OUTERMOST);

/**
 * The same model in much less memory, for models that are kept by the thousand: seasons and typical errors in single
 * precision, visits of a slot counted only up to 255 (by then they no longer matter), errors at every half percent of their
 * distribution. Replicas that update the same compact model stay equal.
 *
 * @param model must not be used afterwards: the result shares parts of it
 * @param quantile that the model will be asked for; above 0.995 or below 0.005 every error is kept
 */
export function compactModel(model: FittedModel, quantile = 0.9): FittedModel {
  const mean = compactPool(model.mean);
  const isInner = quantile >= OUTERMOST && quantile <= 1 - OUTERMOST;
  const compactErrors = (errors: ErrorQuantiles) => ({
    ...errors,
    sorted: isInner ? quantilesAt(errors.sorted, KEPT_SHARES) : Float32Array.from(errors.sorted),
  });
  return {
    ...model,
    mean,
    peak: model.peak === model.mean ? mean : compactPool(model.peak),
    stepErrors: model.stepErrors.map(compactErrors),
    peakErrors: compactErrors(model.peakErrors),
    peakTypical: Float32Array.from(model.peakTypical),
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
        visits: Uint8ClampedArray.from(season.visits),
      })),
    })),
    recurrences: pool.recurrences.map((recurrence) => ({
      ...recurrence,
      lastWeek: Float32Array.from(recurrence.lastWeek),
      beforeWeekend: recurrence.beforeWeekend && Float32Array.from(recurrence.beforeWeekend),
    })),
    companions: pool.companions && compactCompanions(pool.companions),
    stretch: pool.stretch && Float32Array.from(pool.stretch),
    volatility: { ...pool.volatility, typical: Float32Array.from(pool.volatility.typical) },
  };
}

function compactCompanions({ past, regression, trees, poolDecides }: Companions): Companions {
  return {
    poolDecides,
    past: { ...past, raw: Float32Array.from(past.raw), calm: Float32Array.from(past.calm) },
    regression: regression && {
      ...regression,
      weights: regression.weights.map((weights) => Float32Array.from(weights)),
    },
    trees: trees && {
      ...trees,
      threshold: Float32Array.from(trees.threshold),
      leaf: Float32Array.from(trees.leaf),
    },
  };
}
