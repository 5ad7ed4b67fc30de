import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own for one program, with the Node.js process metrics (`process_*`, `nodejs_*`) in it. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
