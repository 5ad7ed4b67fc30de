import express from 'express';
import { listenHttp } from '../shared/http-listener.js';
import type { Logger } from '../shared/log.js';
import { createMetricsRegistry } from '../shared/metrics-registry.js';
import { operationsRoutes } from '../shared/operations-routes.js';
import { Readiness } from '../shared/readiness.js';
import type { RunningProgram } from '../shared/run-program.js';
import { historicalMetrics } from './historical-metrics.js';
import { telemetryRoutes } from './routes.js';
import type { TelemetryConfig } from './variables.js';

/** Starts one service of the chain: its own listener, and one for metrics. */
export async function startTelemetry(config: TelemetryConfig, log: Logger): Promise<RunningProgram> {
  const registry = createMetricsRegistry();
  const readiness = new Readiness();
  historicalMetrics(registry, config.APP_NAME, () => Date.now() / 1000);
  const routes = telemetryRoutes({ config, log, registry, readiness, random: Math.random });
  const metrics = await listenHttp(express().use(operationsRoutes(registry, readiness)), {
    host: config.HOST,
    port: config.METRICS_PORT,
    announce: { log, purpose: 'metrics' },
  });
  const service = await listenHttp(routes, {
    host: config.HOST,
    port: config.PORT,
    announce: { log, purpose: 'http' },
  });
  return {
    async stop() {
      readiness.markStopping();
      await service.close(config.SHUTDOWN_GRACE_SECONDS);
      await metrics.close(1);
    },
  };
}
