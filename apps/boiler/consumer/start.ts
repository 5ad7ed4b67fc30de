import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { connectBroker, endConnectionWith } from '../../shared/broker.js';
import type { Logger } from '../../shared/log.js';
import type { RunningProgram } from '../../shared/run-program.js';
import { serveOperations } from '../../shared/serve-operations.js';
import { decodeReading } from '../reading.js';
import { explainDatabaseError, openDatabase } from '../store/database.js';
import { declareTopology, READINGS_QUEUE } from '../topology.js';
import { type BatchWorkOptions, type Delivery, workOnBatch } from './batch-work.js';
import { Batcher } from './batcher.js';
import { consumerMetrics } from './metrics.js';
import { type ConsumerConfig, consumerName } from './variables.js';

/** The readings that a channel delivers, and how to end them. */
interface Subscription {
  /** Cancels, has everything delivered worked on, and resolves when it is acknowledged. */
  finish(): Promise<void>;
  /** Gives up: what is not acknowledged goes to other consumers. */
  abandon(): void;
}

/** Starts taking readings from the queue into the database. */
export async function startConsumer(config: ConsumerConfig, log: Logger): Promise<RunningProgram> {
  const operations = await serveOperations(config, log);
  const startTimeoutSeconds = config.START_TIMEOUT_SECONDS;
  const pool = await openDatabase(config, { startTimeoutSeconds, connections: 2, log });
  let databaseProblem: string | undefined;
  operations.readiness.watch('mysql', () => databaseProblem);
  const work: BatchWorkOptions = {
    pool,
    consumer: consumerName(config),
    language: config.APP_LANGUAGE,
    rules: {
      deviation: {
        windowReadings: config.ANOMALY_WINDOW_READINGS,
        minReadings: config.ANOMALY_MIN_READINGS,
        deviations: config.ANOMALY_DEVIATIONS,
      },
      alertQuietSeconds: config.ALERT_QUIET_SECONDS,
    },
    metrics: consumerMetrics(operations.registry),
    log,
    onDatabaseProblem(error) {
      const problem = error === undefined ? undefined : explainDatabaseError(error, config);
      if (problem !== databaseProblem) {
        if (problem === undefined) log.info('the database works again');
        else log.warn({ reason: problem }, 'the database does not take a batch: trying again');
      }
      databaseProblem = problem;
    },
  };

  let subscription: Subscription | undefined;
  const broker = await connectBroker({
    uri: config.RABBITMQ_URI,
    name: 'boiler-consumer',
    startTimeoutSeconds,
    log,
    async onConnected(connection) {
      subscription?.abandon();
      const channel = await connection.createConfirmChannel();
      endConnectionWith(channel, connection, log);
      await declareTopology(channel);
      subscription = await subscribe(channel, config, work);
    },
  });
  operations.readiness.watch('rabbitmq', broker.problem);

  return {
    async stop() {
      operations.readiness.markStopping();
      const grace = setTimeout(() => subscription?.abandon(), config.SHUTDOWN_GRACE_SECONDS * 1000);
      await subscription?.finish();
      clearTimeout(grace);
      await broker.close();
      await pool.end();
      await operations.close();
    },
  };
}

/**
 * Takes readings from the queue on one channel. Batches, retries and acknowledgements all end with the channel: a
 * delivery tag of a lost channel would acknowledge another message on the next one.
 */
async function subscribe(
  channel: ConfirmChannel,
  config: ConsumerConfig,
  work: BatchWorkOptions,
): Promise<Subscription> {
  const ending = new AbortController();
  const batcher = new Batcher<Delivery>({
    maxItems: config.BATCH_READINGS,
    maxWaitMilliseconds: config.BATCH_WAIT_MS,
    async work(batch) {
      try {
        await workOnBatch(channel, batch, work, ending.signal);
      } catch (error) {
        if (!ending.signal.aborted) work.log.error({ err: error }, 'a batch failed: connecting again');
        abandon();
        throw error;
      }
    },
  });
  function abandon(): void {
    if (ending.signal.aborted) return;
    ending.abort(new Error('the subscription ended'));
    batcher.stop();
    // Its end makes the connection come up again with a new subscription, unless the program is stopping.
    void channel.close().catch(() => {});
  }
  channel.on('close', abandon);
  // The next batch fills while one is being stored.
  await channel.prefetch(2 * config.BATCH_READINGS);
  const { consumerTag } = await channel.consume(READINGS_QUEUE, (message) => {
    if (message === null) abandon();
    else take(channel, message, batcher, work);
  });
  return {
    abandon,
    async finish() {
      if (ending.signal.aborted) return;
      await channel.cancel(consumerTag).catch(() => {});
      await batcher.finish();
      // The answer to this comes after the acknowledgements: the end of a connection can overtake those of its channels.
      await channel.close().catch(() => {});
    },
  };
}

function take(
  channel: Channel,
  message: ConsumeMessage,
  batcher: Batcher<Delivery>,
  work: BatchWorkOptions,
): void {
  work.metrics.consumed.inc();
  const { reading, poison } = decodeReading(message.properties.messageId, message.content);
  if (reading) {
    batcher.add({ message, reading });
    return;
  }
  work.metrics.deadLettered.inc();
  work.log.warn(
    { reason: poison, messageId: message.properties.messageId },
    'not a reading: moved to the dead letters',
  );
  channel.nack(message, false, false);
}
