import express from 'express';
import type { Registry } from 'prom-client';
import { port } from './environment.js';
import { listenHttp } from './http-listener.js';
import type { Logger } from './log.js';
import { createMetricsRegistry } from './metrics-registry.js';
import { operationsRoutes } from './operations-routes.js';
import { Readiness } from './readiness.js';

/** Where a program that serves no HTTP of its own shows how it is. */
export const operationsVariables = {
  METRICS_PORT: port({ default: 8001, meaning: 'Port of `/metrics`, `/healthz` and `/readyz`.' }),
};

/** What a program that serves no HTTP of its own shows of itself. */
export interface Operations {
  readonly registry: Registry;
  readonly readiness: Readiness;
  /** Stops the listener. */
  close(): Promise<void>;
}

/** Serves `/metrics`, `/healthz` and `/readyz` on `METRICS_PORT`. */
export async function serveOperations(
  config: { readonly HOST: string; readonly METRICS_PORT: number },
  log: Logger,
): Promise<Operations> {
  const registry = createMetricsRegistry();
  const readiness = new Readiness();
  const listener = await listenHttp(express().use(operationsRoutes(registry, readiness)), {
    host: config.HOST,
    port: config.METRICS_PORT,
    announce: { log, purpose: 'metrics' },
  });
  return { registry, readiness, close: () => listener.close(1) };
}
