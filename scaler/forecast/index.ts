export { fit } from './fit.js';
export { forecast } from './forecast.js';
export { type LookedAt, lookedAt } from './regression/features.js';
export type {
  FitOptions,
  FittedModel,
  Forecast,
  Member,
  ModelQuality,
  PooledModel,
  Reference,
  Series,
  SmoothingParameters,
  SpecialSpan,
  Stage,
  StepEffects,
} from './types.js';
export { update } from './update.js';
