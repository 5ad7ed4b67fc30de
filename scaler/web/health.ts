import { Router } from 'express';

/** Why the scaler cannot answer KEDA now; undefined when it can. */
export type Readiness = () => string | undefined;

/**
 * `GET /healthz`: 200 as long as the process answers. `GET /readyz`: 200 when the scaler can answer KEDA, and otherwise
 * 503 with the reason.
 *
 * Neither looks at Prometheus or at the age of models: without Prometheus all replicas would leave the Service at once,
 * and could give neither stale answers nor the error that KEDA's fallback needs. Metrics and alerts show freshness.
 */
export function healthRoutes(readiness: Readiness): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  router.get('/readyz', (_request, response) => {
    const reason = readiness();
    response
      .status(reason === undefined ? 200 : 503)
      .type('text/plain')
      .send(reason === undefined ? 'ready\n' : `not ready: ${reason}\n`);
  });
  return router;
}
