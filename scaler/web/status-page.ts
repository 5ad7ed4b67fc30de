import { Router } from 'express';
import { type ApiParts, statusApi } from './api/router.js';
import { contentSecurity, pageFiles } from './page-files.js';

/**
 * The status page and its API, as a router for the root of an Express app. It reads what the planner holds in memory:
 * it asks Prometheus nothing, fits nothing and changes nothing.
 */
export function statusPage(parts: ApiParts): Router {
  const router = Router();
  router.use(contentSecurity, statusApi(parts), pageFiles());
  return router;
}
