import type { RequestHandler } from 'express';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The endpoint label of requests that no route took: one value, so that probing paths cannot grow the metric. */
const UNMATCHED_ENDPOINT = 'unmatched';

/**
 * Express middleware that measures every request of the routes mounted after it:
 * - `app_requests_total{app,endpoint,method,status}`, counted when the response ends or its client goes away;
 * - `app_request_duration_seconds{app,endpoint,method,status}`;
 * - `app_requests_in_flight{app}`.
 *
 * `endpoint` is the route's pattern (`/pokemon/:id`), never the path asked for.
 * @param app the value of the `app` label
 */
export function requestMetrics(registry: Registry, app: string): RequestHandler {
  const labelNames = ['app', 'endpoint', 'method', 'status'] as const;
  const requests = new Counter({
    name: 'app_requests_total',
    help: 'Requests answered.',
    labelNames,
    registers: [registry],
  });
  const durationSeconds = new Histogram({
    name: 'app_request_duration_seconds',
    help: 'Time from a request to the end of its response, in seconds.',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'app_requests_in_flight',
    help: 'Requests being worked on now.',
    labelNames: ['app'],
    registers: [registry],
  });
  inFlight.set({ app }, 0);

  return (request, response, next) => {
    inFlight.inc({ app });
    const stopTimer = durationSeconds.startTimer();
    response.once('close', () => {
      const endpoint =
        request.route === undefined ? UNMATCHED_ENDPOINT : `${request.baseUrl}${request.route.path}`;
      const labels = { app, endpoint, method: request.method, status: String(response.statusCode) };
      inFlight.dec({ app });
      requests.inc(labels);
      stopTimer(labels);
    });
    next();
  };
}
