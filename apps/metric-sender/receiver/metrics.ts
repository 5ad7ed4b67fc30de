import { Counter, type Registry } from 'prom-client';

/** Declares the receiver's metrics in a registry. */
export function receiverMetrics(registry: Registry) {
  return {
    received: new Counter({
      name: 'metric_receiver_messages_received_total',
      help: 'Messages received and printed.',
      labelNames: ['application'] as const,
      registers: [registry],
    }),
  };
}
