export { fit } from './fit.js';
export { forecast } from './forecast.js';
export { type LookedAt, lookedAt } from './regression/features.js';
export type {
  ErrorQuantiles,
  FitOptions,
  FittedModel,
  Forecast,
  Member,
  ModelQuality,
  PooledModel,
  Season,
  Series,
  SmoothingParameters,
  Stage,
} from './types.js';
export { update } from './update.js';
