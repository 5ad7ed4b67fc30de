import type { ScalerConfig } from '../../scaler/config/load.js';

/** A configuration with other limits of the planner than the constants that users get. */
export function tuned(config: ScalerConfig, planner: Partial<ScalerConfig['planner']>): ScalerConfig {
  return { ...config, planner: { ...config.planner, ...planner } };
}
