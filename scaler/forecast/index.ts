export { fit } from './fit.js';
export { forecast } from './forecast.js';
export { type LookedAt, lookedAt } from './regression/features.js';
export type {
  ErrorQuantiles,
  FitOptions,
  FittedModel,
  Forecast,
  Likeness,
  Member,
  ModelQuality,
  PooledModel,
  Reference,
  Season,
  Series,
  SmoothingParameters,
  SpecialSpan,
  Stage,
  StepEffects,
} from './types.js';
export { update } from './update.js';
