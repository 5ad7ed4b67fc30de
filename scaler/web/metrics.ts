import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants } from 'node:zlib';
import compression from 'compression';
import { type RequestHandler, Router } from 'express';
import type { Registry } from 'prom-client';
import { exposition } from '../telemetry/exposition.js';

/** `GET /metrics` in the Prometheus text format, compressed for those who accept it (Prometheus does). */
export function metricsRoutes(registry: Registry): Router {
  const router = Router();
  // The text repeats itself so much that the fastest level is within a few percent of the best.
  router.get('/metrics', compression({ level: constants.Z_BEST_SPEED }), serveMetrics(registry));
  return router;
}

function serveMetrics(registry: Registry): RequestHandler {
  return async (request, response) => {
    response.set('Content-Type', registry.contentType);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    try {
      await pipeline(Readable.from(exposition(registry)), response);
    } catch (error) {
      // A scraper that disconnects early is not an error.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  };
}
