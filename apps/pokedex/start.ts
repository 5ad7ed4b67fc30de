import express from 'express';
import pokemon from 'pokemon';
import { type HttpListener, listenHttp } from '../shared/http-listener.js';
import { errorsAsJson, notFoundAsJson } from '../shared/json-errors.js';
import type { Logger } from '../shared/log.js';
import { createMetricsRegistry } from '../shared/metrics-registry.js';
import { healthRoutes, operationsRoutes } from '../shared/operations-routes.js';
import { Readiness } from '../shared/readiness.js';
import { requestMetrics } from '../shared/request-metrics.js';
import type { RunningProgram } from '../shared/run-program.js';
import { PokemonStore } from './pokemon-store.js';
import { pokemonRoutes } from './routes.js';
import type { PokedexConfig } from './variables.js';

/** Starts the pokedex on its two ports; it does not wait for the database. */
export async function startPokedex(config: PokedexConfig, log: Logger): Promise<RunningProgram> {
  const registry = createMetricsRegistry();
  const readiness = new Readiness();
  const store = new PokemonStore(
    {
      host: config.MYSQL_HOST,
      port: config.MYSQL_PORT,
      database: config.MYSQL_DATABASE,
      user: config.MYSQL_USER,
      password: config.MYSQL_PASSWORD,
      connections: config.MYSQL_CONNECTIONS,
    },
    pokemon.all('en'),
    log,
  );
  readiness.watch('mysql', () => store.problem);
  const measured = requestMetrics(registry, config.APP_NAME);
  const routes = pokemonRoutes(store, log, registry);

  function listen(port: number, operations: express.Router, purpose: string): Promise<HttpListener> {
    const app = express();
    app.disable('x-powered-by');
    app.use(operations, measured, routes);
    app.use(notFoundAsJson('no such page: this service has GET /pokemon/:id'));
    app.use(errorsAsJson(log));
    return listenHttp(app, { host: config.HOST, port, announce: { log, purpose } });
  }
  const service = await listen(config.PORT, healthRoutes(readiness), 'http');
  const withMetrics = await listen(config.METRICS_PORT, operationsRoutes(registry, readiness), 'metrics');
  return {
    async stop() {
      readiness.markStopping();
      await Promise.all(
        [service, withMetrics].map((listener) => listener.close(config.SHUTDOWN_GRACE_SECONDS)),
      );
      await store.close();
    },
  };
}
