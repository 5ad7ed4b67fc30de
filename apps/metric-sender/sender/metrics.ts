import { Counter, type Registry } from 'prom-client';

/** The sender's metrics. */
export type SenderMetrics = ReturnType<typeof senderMetrics>;

/** Declares the sender's metrics in a registry. */
export function senderMetrics(registry: Registry) {
  const labelNames = ['application'] as const;
  const registers = [registry];
  return {
    published: new Counter({
      name: 'metric_sender_messages_published_total',
      help: 'Messages that RabbitMQ has confirmed.',
      labelNames,
      registers,
    }),
    unrouted: new Counter({
      name: 'metric_sender_messages_unrouted_total',
      help: 'Messages that no receiver was subscribed to.',
      labelNames,
      registers,
    }),
    skipped: new Counter({
      name: 'metric_sender_messages_skipped_total',
      help: 'Messages not sent because RabbitMQ was away when they were due.',
      labelNames,
      registers,
    }),
  };
}
