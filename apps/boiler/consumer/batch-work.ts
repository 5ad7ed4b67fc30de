import { setTimeout as delay } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Pool } from 'mysql2/promise';
import type { Logger } from '../../shared/log.js';
import type { Language } from '../language.js';
import type { Reading } from '../reading.js';
import { markAlertsSent, pendingAlerts } from '../store/pending-alerts.js';
import { type StoreRules, storeBatch } from '../store/reading-store.js';
import { alertText, publishAlerts } from './alert-publisher.js';
import type { ConsumerMetrics } from './metrics.js';

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 10_000;

/** A reading and the message that it must be acknowledged with. */
export interface Delivery {
  readonly message: ConsumeMessage;
  readonly reading: Reading;
}

/** What the work on batches needs; one for the life of the program. */
export interface BatchWorkOptions {
  readonly pool: Pool;
  readonly consumer: string;
  /** Language of the alerts. */
  readonly language: Language;
  readonly rules: StoreRules;
  readonly metrics: ConsumerMetrics;
  readonly log: Logger;
  /** Told why the database cannot be used, and `undefined` when it can again. */
  readonly onDatabaseProblem: (error: unknown) => void;
}

/**
 * Works on one batch of a channel: store, alert, acknowledge, in this order, so that a crash at any point leaves the
 * messages in the queue and the next consumer finishes what is missing. While the database is away the batch stays
 * unacknowledged and is tried again with growing pauses.
 *
 * @param signal aborted when the channel is gone or the program gives up waiting
 * @throws when aborted, or when the channel ends; the messages then come again to another channel
 */
export async function workOnBatch(
  channel: ConfirmChannel,
  batch: readonly Delivery[],
  options: BatchWorkOptions,
  signal: AbortSignal,
): Promise<void> {
  const { metrics, log } = options;
  const takenAtMs = Date.now();
  const stopTimer = metrics.batchSeconds.startTimer();
  await untilItWorks(signal, options, () => storeAndCount(batch, takenAtMs, options));
  const readingIds = batch.map(({ reading }) => reading.id);
  const alerts = await untilItWorks(signal, options, () => pendingAlerts(options.pool, readingIds));
  if (alerts.length > 0) {
    await publishAlerts(channel, alerts, options.language);
    await untilItWorks(signal, options, () => markAlertsSent(options.pool, alerts));
    for (const alert of alerts) {
      const { boiler, measure, kind } = alert;
      metrics.alerts.inc({ boiler, measure, kind });
      log.warn({ boiler, measure, kind, reading: alert.readingId }, alertText(alert, options.language));
    }
  }
  if (signal.aborted) throw signal.reason;
  // All messages of this channel up to the last one: those before are stored, or were rejected one by one.
  channel.ack(batch.at(-1)!.message, true);
  stopTimer();
}

async function storeAndCount(
  batch: readonly Delivery[],
  takenAtMs: number,
  options: BatchWorkOptions,
): Promise<void> {
  const { metrics, consumer, pool, rules, log } = options;
  const readings = batch.map(({ reading }) => reading);
  const result = await storeBatch(pool, { readings, takenAtMs, consumer }, rules);
  metrics.stored.inc(result.stored);
  metrics.duplicates.inc(result.duplicates);
  metrics.batchReadings.observe(batch.length);
  for (const { reading, measure, kind } of result.anomalies) {
    metrics.anomalies.inc({ boiler: reading.boiler, measure, kind });
  }
  const { batchId, stored, duplicates } = result;
  log.debug({ batchId, stored, duplicates, anomalies: result.anomalies.length }, 'batch stored');
}

/** Repeats a database step until it works. Nothing is lost by waiting: the messages are the broker's until then. */
async function untilItWorks<Result>(
  signal: AbortSignal,
  options: BatchWorkOptions,
  step: () => Promise<Result>,
): Promise<Result> {
  for (let wait = FIRST_RETRY_MILLISECONDS; ; wait = Math.min(2 * wait, LONGEST_RETRY_MILLISECONDS)) {
    if (signal.aborted) throw signal.reason;
    try {
      const result = await step();
      options.onDatabaseProblem(undefined);
      return result;
    } catch (error) {
      options.metrics.retries.inc();
      options.onDatabaseProblem(error);
      await delay(wait, undefined, { signal });
    }
  }
}
