import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { pageFiles } from '../shared/page-server.js';
import { type ApiParts, statusApi } from './api/router.js';

/**
 * The status page and its API, as a router for the root of an Express app. It reads what the planner holds in memory:
 * it asks Prometheus nothing, fits nothing and changes nothing.
 */
export function statusPage(parts: ApiParts): Router {
  const router = Router();
  router.use(statusApi(parts), pageFiles(fileURLToPath(new URL('page', import.meta.url))));
  return router;
}
