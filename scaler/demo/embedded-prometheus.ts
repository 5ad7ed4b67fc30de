import { createServer } from 'node:http';
import express from 'express';
import { max, mean } from 'simple-statistics';
import type { Clock } from '../shared/clock.js';
import { gracefulClose, listen } from '../shared/listen.js';
import type { Workload } from './workloads.js';

const SCRAPE_SECONDS = 15;

/** An aggregate over each step, as the scaler asks for it: `avg_over_time((QUERY)[300s:15s] offset 7500ms)`. */
const overTime = /^(avg|max)_over_time\(\(\n([\s\S]*)\n\)\[(\d+)s:(\d+)s\] offset (\d+)ms\)$/;

/**
 * Starts a server with the part of Prometheus' HTTP API v1 that the scaler uses. Any query that names a made-up service
 * by `app="..."` gives the requests per second of that service.
 *
 * @returns its address on a free loopback port, and what closes it
 */
export async function startEmbeddedPrometheus(
  workloads: readonly Workload[],
  clock: Clock,
): Promise<{ address: string; close: () => Promise<void> }> {
  const app = express()
    .disable('x-powered-by')
    .use(express.urlencoded({ limit: '1mb' }));
  app.post('/api/v1/query', ({ body: { query, time } }, response) => {
    const at = Number(time);
    const value = evaluate(query, at);
    const result = value === undefined ? [] : [{ metric: {}, value: [at, String(value)] }];
    response.json({ status: 'success', data: { resultType: 'vector', result } });
  });
  app.post('/api/v1/query_range', ({ body: { query, start, end, step } }, response) => {
    const values: [number, string][] = [];
    for (let at = Number(start); at <= Number(end); at += Number(step)) {
      const value = evaluate(query, at);
      if (value !== undefined) values.push([at, String(value)]);
    }
    const result = values.length > 0 ? [{ metric: {}, values }] : [];
    response.json({ status: 'success', data: { resultType: 'matrix', result } });
  });
  const server = createServer(app);
  const close = gracefulClose(server);
  const port = await listen(server, { host: '127.0.0.1', port: 0 }, 'HTTP');
  return { address: `http://127.0.0.1:${port}`, close: () => close(0) };

  function evaluate(query: string, atSeconds: number): number | undefined {
    const [, aggregate, inner, range, resolution, offset] = overTime.exec(query) ?? [];
    if (inner === undefined) return loadAt(query, atSeconds);
    const until = atSeconds - Number(offset) / 1000;
    const spacing = Math.max(Number(resolution), SCRAPE_SECONDS);
    const loads: number[] = [];
    for (let at = Math.floor(until / spacing) * spacing; at > until - Number(range); at -= spacing) {
      const load = loadAt(inner, at);
      if (load !== undefined) loads.push(load);
    }
    if (loads.length === 0) return undefined;
    return aggregate === 'avg' ? mean(loads) : max(loads);
  }

  function loadAt(query: string, atSeconds: number): number | undefined {
    const named = /app="([^"]*)"/.exec(query)?.[1];
    const workload = workloads.find((each) => each.app === named);
    const { bornAtSeconds = -Infinity } = workload ?? {};
    if (!workload || atSeconds < bornAtSeconds || atSeconds > clock.nowSeconds()) return undefined;
    return workload.requestsPerSecond(Math.floor(atSeconds / SCRAPE_SECONDS) * SCRAPE_SECONDS);
  }
}
