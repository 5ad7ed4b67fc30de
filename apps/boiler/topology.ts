import type { Channel } from 'amqplib';

/** The durable queue that carries readings from the producers to the consumers. */
export const READINGS_QUEUE = 'boiler.readings';

/** Where readings go that can never be stored: a fanout exchange, and the durable queue that keeps them for people. */
const DEAD_LETTER_EXCHANGE = 'boiler.dead-letters';
export const DEAD_LETTER_QUEUE = 'boiler.readings.dead';

/** The topic exchange for alerts; routing keys are `{boiler}.{measure}.{kind}`, such as `boiler-1.pressure.limit`. */
export const ALERTS_EXCHANGE = 'boiler.alerts';

/**
 * Declares queues and exchanges. Producer and consumer both do, so that either may start first and no reading is sent
 * to a queue that is not there.
 *
 * Classic durable queues on purpose: a quorum queue gives up on a message after some deliveries (20 from RabbitMQ 4
 * on), and would so put good readings aside after enough killed consumers.
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(DEAD_LETTER_EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(DEAD_LETTER_QUEUE, { durable: true });
  await channel.bindQueue(DEAD_LETTER_QUEUE, DEAD_LETTER_EXCHANGE, '');
  await channel.assertQueue(READINGS_QUEUE, { durable: true, deadLetterExchange: DEAD_LETTER_EXCHANGE });
  await channel.assertExchange(ALERTS_EXCHANGE, 'topic', { durable: true });
}
