import { Gauge, Histogram, type Registry } from 'prom-client';

/** Declares the dashboard's metrics, beside those of its HTTP requests, in a registry. */
export function dashboardMetrics(registry: Registry) {
  const registers = [registry];
  return {
    viewers: new Gauge({
      name: 'boiler_dashboard_viewers',
      help: 'Pages that receive live updates now.',
      registers,
    }),
    readSeconds: new Histogram({
      name: 'boiler_dashboard_read_duration_seconds',
      help: 'Time to read an overview from the database, in seconds.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
