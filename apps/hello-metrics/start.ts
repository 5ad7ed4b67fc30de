import { listenHttp } from '../shared/http-listener.js';
import type { Logger } from '../shared/log.js';
import { createMetricsRegistry } from '../shared/metrics-registry.js';
import { Readiness } from '../shared/readiness.js';
import type { RunningProgram } from '../shared/run-program.js';
import { helloMetricsRoutes } from './routes.js';
import type { HelloMetricsConfig } from './variables.js';

/** Starts hello-metrics on its one port. */
export async function startHelloMetrics(config: HelloMetricsConfig, log: Logger): Promise<RunningProgram> {
  const readiness = new Readiness();
  const routes = helloMetricsRoutes(config.APP_NAME, log, createMetricsRegistry(), readiness);
  const listener = await listenHttp(routes, {
    host: config.HOST,
    port: config.PORT,
    announce: { log, purpose: 'http' },
  });
  return {
    async stop() {
      readiness.markStopping();
      await listener.close(config.SHUTDOWN_GRACE_SECONDS);
    },
  };
}
