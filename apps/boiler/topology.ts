import type { Channel } from 'amqplib';

/** The durable queue that carries readings from the producers to the consumers. */
export const readingsQueue = 'boiler.readings';

/** Where readings go that can never be stored: a fanout exchange, and the durable queue that keeps them for people. */
const deadLetterExchange = 'boiler.dead-letters';
export const deadLetterQueue = 'boiler.readings.dead';

/** The topic exchange for alerts; routing keys are `{boiler}.{measure}.{kind}`, such as `boiler-1.pressure.limit`. */
export const alertsExchange = 'boiler.alerts';

/**
 * Declares queues and exchanges. Producer and consumer both do, so that either may start first and no reading is sent
 * to a queue that is not there.
 *
 * Classic durable queues on purpose: a quorum queue gives up on a message after some deliveries (20 from RabbitMQ 4
 * on), and would so put good readings aside after enough killed consumers.
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(deadLetterExchange, 'fanout', { durable: true });
  await channel.assertQueue(deadLetterQueue, { durable: true });
  await channel.bindQueue(deadLetterQueue, deadLetterExchange, '');
  await channel.assertQueue(readingsQueue, { durable: true, deadLetterExchange });
  await channel.assertExchange(alertsExchange, 'topic', { durable: true });
}
