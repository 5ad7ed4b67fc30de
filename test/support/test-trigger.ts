import type { Trigger } from '../../scaler/trigger/trigger.js';

/** A trigger with ordinary settings, for tests that care about a few of them. */
export function testTrigger(overrides: Partial<Trigger> = {}): Trigger {
  return {
    scaledObject: 'app-a',
    namespace: 'apps',
    metricName: 'app-a-load',
    query: 'sum(rate(app_requests_total{app="app-a"}[2m]))',
    threshold: 10,
    activationThreshold: 0,
    source: { kind: 'named', name: 'default' },
    targetOverload: undefined,
    capacity: overrides.threshold ?? 10,
    podStartupSeconds: overrides.horizonSeconds ?? 3600,
    measuresPodStartup: false,
    horizonFollows: false,
    horizonSeconds: 3600,
    historySeconds: 14 * 86_400,
    stepSeconds: 300,
    quantile: 0.9,
    mode: 'predict',
    seasonality: 'auto',
    timezone: 'UTC',
    minValue: undefined,
    maxValue: undefined,
    ignoreNullValues: true,
    bootstrap: undefined,
    calendars: [],
    events: [],
    notices: [],
    ...overrides,
  };
}
