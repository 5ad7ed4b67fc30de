import { Router } from 'express';

/** Why the scaler cannot answer KEDA now, in a few words; undefined when it can. */
export type Readiness = () => string | undefined;

/**
 * `GET /healthz`: 200 as long as the process answers at all. `GET /readyz`: 200 when the scaler can answer KEDA, and 503
 * with the reason when it cannot.
 *
 * Neither looks at Prometheus or at the age of any model; a replica that starts waits for models, but not longer than a
 * bound. An answer about stale data is still an answer, and in the end UNAVAILABLE is one too: KEDA's fallback counts on
 * it. A replica taken out of the Service for stale data could give neither, and when Prometheus is down all replicas
 * would go at once. Freshness is what metrics and alerts are for.
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
