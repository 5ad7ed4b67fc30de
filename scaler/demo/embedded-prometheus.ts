import { createServer, type Server } from 'node:http';
import express, { type Request, type Response } from 'express';
import type { Clock } from '../shared/clock.js';
import { gracefulClose, listen } from '../shared/listen.js';
import type { Workload } from './workloads.js';

/** Seconds between two samples of the made-up services: what a scrape interval is to a real Prometheus. */
const scrapeSeconds = 15;

/** A sum over each step, as the scaler asks for it: `avg_over_time((QUERY)[300s:15s] offset 7500ms)`. */
const overTime = /^(avg|max)_over_time\(\(\n([\s\S]*)\n\)\[(\d+)s:(\d+)s\] offset (\d+)ms\)$/;

/**
 * A server that speaks the part of Prometheus' HTTP API v1 that the scaler uses, over made-up services instead of
 * scraped ones. Any query that names a service by `app="..."` gives that service's requests per second.
 */
export class EmbeddedPrometheus {
  readonly #workloads: ReadonlyMap<string, Workload>;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #close: (graceSeconds: number) => Promise<void>;

  constructor(workloads: readonly Workload[], clock: Clock) {
    this.#workloads = new Map(workloads.map((workload) => [workload.app, workload]));
    this.#clock = clock;
    const app = express()
      .disable('x-powered-by')
      .use(express.urlencoded({ limit: '1mb' }));
    app.post('/api/v1/query', (request, response) => this.#instant(request, response));
    app.post('/api/v1/query_range', (request, response) => this.#range(request, response));
    this.#server = createServer(app);
    this.#close = gracefulClose(this.#server);
  }

  /** Listens on a free loopback port. @returns the address, as a trigger or a source names it. */
  async listen(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server, { host: '127.0.0.1', port: 0 }, 'HTTP')}`;
  }

  async close(): Promise<void> {
    await this.#close(0);
  }

  #instant(request: Request, response: Response): void {
    const { query, time } = request.body;
    const at = Number(time);
    const value = this.#evaluate(query, at);
    const result = value === undefined ? [] : [{ metric: {}, value: [at, String(value)] }];
    response.json({ status: 'success', data: { resultType: 'vector', result } });
  }

  #range(request: Request, response: Response): void {
    const { query, start, end, step } = request.body;
    const values: [number, string][] = [];
    for (let at = Number(start); at <= Number(end); at += Number(step)) {
      const value = this.#evaluate(query, at);
      if (value !== undefined) values.push([at, String(value)]);
    }
    const result = values.length > 0 ? [{ metric: {}, values }] : [];
    response.json({ status: 'success', data: { resultType: 'matrix', result } });
  }

  #evaluate(query: string, atSeconds: number): number | undefined {
    const [, aggregate, inner, range, resolution, offset] = overTime.exec(query) ?? [];
    if (inner === undefined) return this.#load(query, atSeconds);
    const until = atSeconds - Number(offset) / 1000;
    const spacing = Math.max(Number(resolution), scrapeSeconds);
    let count = 0;
    let sum = 0;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let at = Math.floor(until / spacing) * spacing; at > until - Number(range); at -= spacing) {
      const load = this.#load(inner, at);
      if (load === undefined) continue;
      count++;
      sum += load;
      maximum = Math.max(maximum, load);
    }
    if (count === 0) return undefined;
    return aggregate === 'avg' ? sum / count : maximum;
  }

  #load(query: string, atSeconds: number): number | undefined {
    const workload = this.#workloads.get(/app="([^"]*)"/.exec(query)?.[1] ?? '');
    if (!workload || atSeconds < workload.bornAtSeconds || atSeconds > this.#clock.nowSeconds())
      return undefined;
    return workload.requestsPerSecond(Math.floor(atSeconds / scrapeSeconds) * scrapeSeconds);
  }
}
