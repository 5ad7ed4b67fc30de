import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The producer's metrics. */
export type ProducerMetrics = ReturnType<typeof producerMetrics>;

/** Declares the producer's metrics in a registry. */
export function producerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    published: new Counter({
      name: 'boiler_readings_published_total',
      help: 'Readings that RabbitMQ has confirmed: the inflow of the queue.',
      labelNames: ['boiler'] as const,
      registers,
    }),
    republished: new Counter({
      name: 'boiler_readings_republished_total',
      help: 'Readings sent once more, with the same id, because a confirmation did not come.',
      registers,
    }),
    unconfirmed: new Gauge({
      name: 'boiler_readings_unconfirmed',
      help: 'Readings measured but not yet confirmed by RabbitMQ.',
      registers,
    }),
    waits: new Counter({
      name: 'boiler_publish_waits_total',
      help: 'Times that the producer had to wait, because RabbitMQ or the network took no more.',
      registers,
    }),
    confirmSeconds: new Histogram({
      name: 'boiler_publish_confirm_duration_seconds',
      help: 'Time from a reading being measured to its confirmation, in seconds.',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    }),
  };
}
