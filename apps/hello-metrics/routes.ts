import express, { type Express } from 'express';
import type { Registry } from 'prom-client';
import { errorsAsJson, notFoundAsJson } from '../shared/json-errors.js';
import type { Logger } from '../shared/log.js';
import { operationsRoutes } from '../shared/operations-routes.js';
import type { Readiness } from '../shared/readiness.js';
import { requestMetrics } from '../shared/request-metrics.js';

/** The Express app of hello-metrics: `GET /` greets and counts, beside the operations routes. */
export function helloMetricsRoutes(
  app: string,
  log: Logger,
  registry: Registry,
  readiness: Readiness,
): Express {
  const routes = express();
  routes.disable('x-powered-by');
  routes.use(operationsRoutes(registry, readiness));
  routes.use(requestMetrics(registry, app));
  routes.get('/', (_request, response) => {
    response.type('text/plain').send('Olá, mundo!');
  });
  routes.use(notFoundAsJson('no such page: this service has GET / and GET /metrics'));
  routes.use(errorsAsJson(log));
  return routes;
}
