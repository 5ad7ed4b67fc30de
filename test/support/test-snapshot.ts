import type { Snapshot } from '../../scaler/planner/types.js';
import { testTrigger } from './test-trigger.js';

/** The snapshot of a trigger that forecasts and answers its load of 1, for tests that care about a few of its fields. */
export function testSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  const { reason = 'forecast' } = overrides;
  return {
    trigger: testTrigger(),
    computedAtSeconds: 0,
    observed: 1,
    observedAtSeconds: 0,
    value: 1,
    unboundedValue: overrides.value ?? 1,
    bound: undefined,
    decidedBy: 'forecast',
    active: true,
    reason,
    status: reason === 'forecast' || reason === 'observed' ? 'forecasting' : reason,
    stage: 'daily',
    nextStageInSeconds: 0,
    forecast: undefined,
    quality: undefined,
    events: [],
    modelShare: 1,
    guarded: false,
    historyUntilSeconds: 0,
    overload: undefined,
    podStartupProblem: undefined,
    historyFailure: undefined,
    ...overrides,
  };
}
