import type { Channel, ConsumeMessage } from 'amqplib';
import { connectBroker, endConnectionWith } from '../../shared/broker.js';
import { brokerAddress } from '../../shared/broker-errors.js';
import { ConfigurationError } from '../../shared/configuration-error.js';
import type { Logger } from '../../shared/log.js';
import type { RunningProgram } from '../../shared/run-program.js';
import { serveOperations } from '../../shared/serve-operations.js';
import { brokerUri } from '../broker-uri.js';
import { ALL_APPLICATIONS } from '../message.js';
import { announcement } from './announcement.js';
import { receiverMetrics } from './metrics.js';
import type { ReceiverConfig } from './variables.js';

/** Starts printing what the sender announces. */
export async function startReceiver(config: ReceiverConfig, log: Logger): Promise<RunningProgram> {
  const uri = await brokerUri(config);
  const operations = await serveOperations(config, log);
  const { received } = receiverMetrics(operations.registry);

  function print({ fields, properties }: ConsumeMessage): void {
    const application = String(properties.replyTo ?? fields.routingKey.replace(/^Metrics\./, ''));
    process.stdout.write(`${announcement(application, properties.headers ?? {})}\n`);
    received.inc({ application });
  }

  let unsubscribe: () => Promise<void> = async () => {};
  const broker = await connectBroker({
    uri,
    name: 'metric-receiver',
    startTimeoutSeconds: config.START_TIMEOUT_SECONDS,
    log,
    async onConnected(connection) {
      const channel = await connection.createChannel();
      endConnectionWith(channel, connection, log);
      await requireExchange(channel, config.EXCHANGE, uri);
      // A queue of this receiver alone, gone with it: each receiver prints every message.
      const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
      await channel.bindQueue(queue, config.EXCHANGE, ALL_APPLICATIONS);
      const { consumerTag } = await channel.consume(
        queue,
        (message) => {
          if (message) print(message);
          else void channel.close().catch(() => {});
        },
        { noAck: true },
      );
      unsubscribe = async () => {
        await channel.cancel(consumerTag).catch(() => {});
      };
    },
  });
  operations.readiness.watch('rabbitmq', broker.problem);

  return {
    async stop() {
      operations.readiness.markStopping();
      await unsubscribe();
      await broker.close();
      await operations.close();
    },
  };
}

/**
 * Makes sure that the topic exchange is there and is one. The sender declares it; a receiver that declared it too would
 * wait in silence for a sender with another name for it.
 */
async function requireExchange(channel: Channel, exchange: string, uri: string): Promise<void> {
  try {
    await channel.checkExchange(exchange);
  } catch (error) {
    if ((error as { code?: number }).code !== 404) throw error;
    throw new ConfigurationError(
      `RabbitMQ at ${brokerAddress(uri)} has no topic exchange "${exchange}". ` +
        'Start the sender, which declares it, or set EXCHANGE to the name that the sender uses.',
      { cause: error },
    );
  }
  await channel.assertExchange(exchange, 'topic', { durable: true });
}
