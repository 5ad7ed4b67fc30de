import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectBroker, endConnectionWith } from '../../shared/broker.js';
import type { Logger } from '../../shared/log.js';
import type { RunningProgram } from '../../shared/run-program.js';
import { serveOperations } from '../../shared/serve-operations.js';
import { createPlant } from '../simulation/plant.js';
import { declareTopology } from '../topology.js';
import { producerMetrics } from './metrics.js';
import { ReadingPublisher } from './reading-publisher.js';
import type { ProducerConfig } from './variables.js';

/** Starts the simulated plant and publishes what its sensors read. */
export async function startProducer(config: ProducerConfig, log: Logger): Promise<RunningProgram> {
  const operations = await serveOperations(config, log);
  const publisher = new ReadingPublisher({
    maxUnconfirmed: config.MAX_UNCONFIRMED,
    metrics: producerMetrics(operations.registry),
    log,
  });
  const broker = await connectBroker({
    uri: config.RABBITMQ_URI,
    name: 'boiler-producer',
    startTimeoutSeconds: config.START_TIMEOUT_SECONDS,
    log,
    async onConnected(connection) {
      const channel = await connection.createConfirmChannel();
      endConnectionWith(channel, connection, log);
      await declareTopology(channel);
      publisher.attach(channel);
    },
  });
  operations.readiness.watch('rabbitmq', broker.problem);

  const stopping = new AbortController();
  const plant = createPlant({
    boilers: config.BOILERS,
    seed: config.SEED,
    faultsPerHour: config.FAULTS_PER_HOUR,
    readingsPerSecond: config.READINGS_PER_SECOND,
    daySeconds: config.DAY_SECONDS,
    startSeconds: Date.now() / 1000,
    newId: randomUUID,
  });
  async function readSensors(): Promise<void> {
    while (!stopping.signal.aborted) {
      const now = Date.now() / 1000;
      if (now < plant.nextDueSeconds) {
        const wait = (plant.nextDueSeconds - now) * 1000;
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => {});
      } else {
        await publisher.publish(plant.read(now));
      }
    }
  }
  const reading = readSensors();

  return {
    failed: reading.then(() => new Promise<never>(() => {})),
    async stop() {
      operations.readiness.markStopping();
      stopping.abort();
      const unconfirmed = await publisher.settled(AbortSignal.timeout(config.SHUTDOWN_GRACE_SECONDS * 1000));
      if (unconfirmed > 0) {
        log.error({ readings: unconfirmed }, 'stopped with readings that RabbitMQ has not confirmed');
      }
      log.info({ readings: publisher.confirmedReadings }, 'readings that RabbitMQ has confirmed');
      await broker.close();
      await operations.close();
    },
  };
}
