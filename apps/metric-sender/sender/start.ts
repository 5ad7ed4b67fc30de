import { setTimeout as delay } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import { connectBroker, endConnectionWith } from '../../shared/broker.js';
import type { Logger } from '../../shared/log.js';
import type { RunningProgram } from '../../shared/run-program.js';
import { seededRandom } from '../../shared/seeded-random.js';
import { serveOperations } from '../../shared/serve-operations.js';
import { brokerUri } from '../broker-uri.js';
import { buildMessage, type MetricMessage } from '../message.js';
import { readSenderFile } from '../sender-file.js';
import { type SenderMetrics, senderMetrics } from './metrics.js';
import type { SenderConfig } from './variables.js';

/** Starts announcing the resources of the applications, at once and then at every interval. */
export async function startSender(config: SenderConfig, log: Logger): Promise<RunningProgram> {
  const { deployments } = await readSenderFile(config.CONFIG_PATH);
  const uri = await brokerUri(config);
  const operations = await serveOperations(config, log);
  const metrics = senderMetrics(operations.registry);
  let channel: ConfirmChannel | undefined;
  const broker = await connectBroker({
    uri,
    name: 'metric-sender',
    startTimeoutSeconds: config.START_TIMEOUT_SECONDS,
    log,
    async onConnected(connection) {
      const opened = await connection.createConfirmChannel();
      endConnectionWith(opened, connection, log);
      await opened.assertExchange(config.EXCHANGE, 'topic', { durable: true });
      opened.on('return', ({ fields, properties }) => {
        metrics.unrouted.inc({ application: properties.replyTo });
        log.warn(
          { topic: fields.routingKey, exchange: config.EXCHANGE },
          'no receiver is subscribed to the topic',
        );
      });
      opened.on('close', () => {
        if (channel === opened) channel = undefined;
      });
      channel = opened;
    },
  });
  operations.readiness.watch('rabbitmq', broker.problem);

  const random = config.SEED === undefined ? Math.random : seededRandom(config.SEED);
  const stopping = new AbortController();
  async function announce(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const deployment of deployments) {
        await send(channel, config.EXCHANGE, buildMessage(deployment, random), metrics, log);
      }
      await delay(config.INTERVAL_SECONDS * 1000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }
  const announcing = announce();

  return {
    failed: announcing.then(() => new Promise<never>(() => {})),
    async stop() {
      operations.readiness.markStopping();
      stopping.abort();
      await announcing;
      await broker.close();
      await operations.close();
    },
  };
}

/**
 * Publishes a message and waits for its confirmation. While RabbitMQ is away nothing is kept for later: the values are
 * those of this moment, and the next ones come soon.
 */
async function send(
  channel: ConfirmChannel | undefined,
  exchange: string,
  message: MetricMessage,
  metrics: SenderMetrics,
  log: Logger,
): Promise<void> {
  const application = message.replyTo;
  const confirmed = await new Promise<boolean>((resolve) => {
    if (channel === undefined) {
      resolve(false);
      return;
    }
    const { replyTo, headers, topic } = message;
    const options = { replyTo, headers: { ...headers }, mandatory: true, persistent: true };
    channel.publish(exchange, topic, Buffer.alloc(0), options, (error) => resolve(!error));
  });
  if (confirmed) {
    metrics.published.inc({ application });
    log.info({ topic: message.topic, headers: message.headers }, 'published');
  } else {
    metrics.skipped.inc({ application });
    log.warn({ topic: message.topic }, 'not sent: RabbitMQ is away');
  }
}
