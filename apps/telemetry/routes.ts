import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { errorsAsJson, notFoundAsJson } from '../shared/json-errors.js';
import type { Logger } from '../shared/log.js';
import { healthRoutes } from '../shared/operations-routes.js';
import type { Readiness } from '../shared/readiness.js';
import { requestMetrics } from '../shared/request-metrics.js';
import { DownstreamError, passOn } from './pass-on.js';
import type { TelemetryConfig } from './variables.js';

/** What {@link telemetryRoutes} works with. */
export interface TelemetryParts {
  config: TelemetryConfig;
  log: Logger;
  registry: Registry;
  readiness: Readiness;
  /** Numbers from 0 up to 1, such as `Math.random`. */
  random: () => number;
}

/** The Express app of one service of the chain: `GET /` and `POST /process`, beside its health routes. */
export function telemetryRoutes(parts: TelemetryParts): Express {
  const { config, log, registry, readiness, random } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(healthRoutes(readiness));
  app.use(requestMetrics(registry, config.APP_NAME));
  const disturb = disturbance(config, random);

  app.get('/', disturb, (_request, response) => {
    response.json({ message: `Esse é o serviço ${config.APP_NAME}` });
  });

  app.post(
    '/process',
    disturb,
    express.text({ type: () => true, limit: '1mb' }),
    async (request, response) => {
      const received = readArray(request.body);
      if ('problem' in received) {
        response.status(400).json({ error: `${received.problem}: expected a JSON array, such as []` });
        return;
      }
      let visited: unknown[] = [...received.array, config.APP_NAME];
      try {
        for (const destination of config.APP_URL_DESTINO)
          visited = await passOn(visited, destination, config.APP_TIMEOUT_SECONDS);
      } catch (error) {
        if (!(error instanceof DownstreamError)) throw error;
        log.warn({ reason: error.message }, 'a next service failed');
        response.status(502).json({ error: error.message });
        return;
      }
      response.json(visited);
    },
  );

  app.use(notFoundAsJson('no such page: this service has GET / and POST /process'));
  app.use(errorsAsJson(log));
  return app;
}

/** Delays each request and makes the configured share of them fail, as a service in trouble does. */
function disturbance(config: TelemetryConfig, random: () => number): RequestHandler {
  return async (_request, response, next) => {
    if (config.APP_LATENCY > 0) await delay(random() * config.APP_LATENCY);
    if (random() * 100 < config.APP_ERRORS) {
      response.status(500).json({
        error: `${config.APP_NAME} fails ${config.APP_ERRORS} % of its requests on purpose (APP_ERRORS)`,
      });
      return;
    }
    next();
  };
}

/** The array in a request's body, or what is wrong with the body. @param body text, or not text when none was sent */
function readArray(body: unknown): { array: unknown[] } | { problem: string } {
  if (typeof body !== 'string' || body.trim() === '') return { problem: 'the body is empty' };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return { problem: `the body is not valid JSON (${(error as Error).message})` };
  }
  if (Array.isArray(value)) return { array: value };
  return { problem: `the body is ${value === null ? 'null' : `a JSON ${typeof value}`}` };
}
