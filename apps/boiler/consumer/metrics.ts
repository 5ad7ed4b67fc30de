import { Counter, Histogram, type Registry } from 'prom-client';

/** The consumer's metrics. */
export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;

/** Declares the consumer's metrics in a registry. */
export function consumerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    consumed: new Counter({
      name: 'boiler_readings_consumed_total',
      help: 'Messages taken from the queue, repeated deliveries and poison included.',
      registers,
    }),
    stored: new Counter({
      name: 'boiler_readings_stored_total',
      help: 'Readings stored, each once.',
      registers,
    }),
    duplicates: new Counter({
      name: 'boiler_readings_duplicate_total',
      help: 'Readings taken that were stored already.',
      registers,
    }),
    deadLettered: new Counter({
      name: 'boiler_readings_dead_lettered_total',
      help: 'Messages that are no readings, moved to the dead-letter queue.',
      registers,
    }),
    anomalies: new Counter({
      name: 'boiler_anomalies_total',
      help: 'Values out of the ordinary among the readings stored.',
      labelNames: ['boiler', 'measure', 'kind'] as const,
      registers,
    }),
    alerts: new Counter({
      name: 'boiler_alerts_published_total',
      help: 'Alerts that RabbitMQ has confirmed.',
      labelNames: ['boiler', 'measure', 'kind'] as const,
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'boiler_batch_duration_seconds',
      help: 'Time from the start of storing a batch to its acknowledgement, in seconds.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    batchReadings: new Histogram({
      name: 'boiler_batch_readings',
      help: 'Readings in a batch.',
      buckets: [1, 5, 10, 25, 50, 100, 200, 500, 1000],
      registers,
    }),
    retries: new Counter({
      name: 'boiler_batch_retries_total',
      help: 'Times that a batch could not be finished and was tried again.',
      registers,
    }),
  };
}
