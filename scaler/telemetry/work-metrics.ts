import { Counter, Histogram, type Registry } from 'prom-client';

/** Metrics of what the scaler does: fits, fetches and calls. */
export interface WorkMetrics {
  fitEnded(seconds: number, outcome: 'ok' | 'failed'): void;
  fetchEnded(fetch: {
    readonly source: string;
    readonly kind: string;
    readonly outcome: string;
    readonly seconds: number;
    readonly samples: number;
    readonly bytes: number;
  }): void;
  samplesDropped(source: string, count: number): void;
  rpcEnded(method: string, code: string, seconds: number): void;
}

/** Registers the metrics of the scaler's own work. */
export function workMetrics(registry: Registry): WorkMetrics {
  const registers = [registry];
  const fits = new Histogram({
    name: 'predictive_scaler_fit_duration_seconds',
    help: 'Time from asking for a fit to its end, its wait for a worker thread included, in seconds.',
    labelNames: ['outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const fetches = new Histogram({
    name: 'predictive_scaler_fetch_duration_seconds',
    help: 'Time that one request to a source of history took, in seconds.',
    labelNames: ['source', 'kind', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const samples = new Counter({
    name: 'predictive_scaler_fetched_samples_total',
    help: 'Samples that sources of history have sent.',
    labelNames: ['source'],
    registers,
  });
  const bytes = new Counter({
    name: 'predictive_scaler_fetched_bytes_total',
    help: 'Bytes of answers that sources of history have sent, decompressed.',
    labelNames: ['source'],
    registers,
  });
  const dropped = new Counter({
    name: 'predictive_scaler_dropped_samples_total',
    help: 'Samples without a finite value that were left out of an answer.',
    labelNames: ['source'],
    registers,
  });
  const rpcs = new Histogram({
    name: 'predictive_scaler_rpc_duration_seconds',
    help: 'Time from a gRPC call to its status, in seconds; a stream counts its whole life.',
    labelNames: ['method', 'code'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  return {
    fitEnded: (seconds, outcome) => fits.observe({ outcome }, seconds),
    fetchEnded(fetch) {
      fetches.observe({ source: fetch.source, kind: fetch.kind, outcome: fetch.outcome }, fetch.seconds);
      samples.inc({ source: fetch.source }, fetch.samples);
      bytes.inc({ source: fetch.source }, fetch.bytes);
    },
    samplesDropped: (source, count) => dropped.inc({ source }, count),
    rpcEnded: (method, code, seconds) => rpcs.observe({ method, code }, seconds),
  };
}
