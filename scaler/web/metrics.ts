import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants } from 'node:zlib';
import compression from 'compression';
import { type RequestHandler, Router } from 'express';
import type { Registry } from 'prom-client';

/** `GET /metrics` in the Prometheus text format, compressed for clients that accept it, as Prometheus does. */
export function metricsRoutes(registry: Registry): Router {
  const router = Router();
  // For such repetitive text the fastest level is within a few percent of the best.
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

/**
 * The metrics of a registry in the Prometheus text format, family by family. With 10,000 triggers `registry.metrics()`
 * makes 20 MB at once, and calls from KEDA would wait for it. Here they get a turn between two families.
 */
export async function* exposition(registry: Registry): AsyncGenerator<string, void, void> {
  for (const { name } of registry.getMetricsAsArray()) {
    yield `${await registry.getSingleMetricAsString(name)}\n\n`;
    await nextTurn();
  }
}
