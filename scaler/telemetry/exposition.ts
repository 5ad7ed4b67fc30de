import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Registry } from 'prom-client';

/**
 * A registry's metrics in the Prometheus text format, family by family.
 *
 * `registry.metrics()` gives the same text in one piece, but with 10,000 triggers that is 20 MB made in one go, and
 * calls from KEDA would wait for it. Between two families the event loop gets its turn.
 */
export async function* exposition(registry: Registry): AsyncGenerator<string, void, void> {
  for (const { name } of registry.getMetricsAsArray()) {
    yield `${await registry.getSingleMetricAsString(name)}\n\n`;
    await nextTurn();
  }
}
