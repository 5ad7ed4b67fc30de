import { Router } from 'express';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness.js';

/**
 * `GET /healthz` (200 while the process answers) and `GET /readyz` (200, or 503 with the reasons).
 */
export function healthRoutes(readiness: Readiness): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', (_request, response) => {
    const problems = readiness.problems();
    const ready = Object.keys(problems).length === 0;
    response.status(ready ? 200 : 503).json(ready ? { status: 'ready' } : { status: 'not ready', problems });
  });
  return router;
}

/** `GET /metrics` in the Prometheus text format, beside the routes of {@link healthRoutes}. */
export function operationsRoutes(registry: Registry, readiness: Readiness): Router {
  const router = healthRoutes(readiness);
  router.get('/metrics', async (_request, response) => {
    response.set('Content-Type', registry.contentType).send(await registry.metrics());
  });
  return router;
}
