import type { Calendar } from '../calendar/types.js';
import type { Span } from './baselines.js';
import type { ReplayTrigger } from './replay.js';
import type { ScalingSetup } from './scaled-workload.js';

/** Everything that a backtest is asked. */
export interface BacktestOptions {
  readonly trigger: ReplayTrigger;
  readonly setup: ScalingSetup;
  /** Distance between two fits of the model. */
  readonly refitSeconds: number;
  /** Minutes of the recording's load that are evaluated; what lies before is history. */
  readonly span: Span;
  /** Days that are not like the others. */
  readonly calendar?: Calendar | undefined;
}
