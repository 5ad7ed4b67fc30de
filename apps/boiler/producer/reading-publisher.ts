import { EventEmitter, once } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../../shared/log.js';
import { encodeReading, type Reading } from '../reading.js';
import { READINGS_QUEUE } from '../topology.js';
import type { ProducerMetrics } from './metrics.js';

/** What a publisher needs. */
export interface ReadingPublisherOptions {
  /** Readings that may be without confirmation at a time. */
  readonly maxUnconfirmed: number;
  readonly metrics: ProducerMetrics;
  readonly log: Logger;
}

/**
 * Brings readings to the queue, each at least once: a reading is kept until RabbitMQ confirms that it has it on disk,
 * and is sent again under the same id when the connection is lost before that. The consumers see by the id that they
 * have stored it already.
 */
export class ReadingPublisher {
  readonly #options: ReadingPublisherOptions;
  readonly #unconfirmed = new Map<string, Reading>();
  /** Ids that RabbitMQ could not route, between its return and its confirmation. */
  readonly #returned = new Set<string>();
  readonly #changes = new EventEmitter();
  #channel: ConfirmChannel | undefined;
  #full = false;
  #confirmedReadings = 0;

  constructor(options: ReadingPublisherOptions) {
    this.#options = options;
  }

  /** Readings that RabbitMQ has confirmed so far. */
  get confirmedReadings(): number {
    return this.#confirmedReadings;
  }

  /** Publishes on a new channel from now on, beginning with the readings that the last one left unconfirmed. */
  attach(channel: ConfirmChannel): void {
    this.#channel = channel;
    this.#full = false;
    this.#returned.clear();
    channel.on('drain', () => {
      if (this.#channel === channel) this.#full = false;
      this.#changes.emit('change');
    });
    channel.on('return', (message) => this.#returned.add(String(message.properties.messageId)));
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    if (this.#unconfirmed.size > 0) {
      this.#options.log.info({ readings: this.#unconfirmed.size }, 'sending unconfirmed readings again');
    }
    // Sent without regard to `drain`: they are at most `maxUnconfirmed`, which is the memory already given to them.
    for (const reading of this.#unconfirmed.values()) {
      this.#options.metrics.republished.inc();
      this.#send(channel, reading);
    }
    this.#changes.emit('change');
  }

  /**
   * Takes a reading over and sends it. Resolves when there is room for the next one, which may be before this one is
   * confirmed: the caller must wait for that before it measures again.
   */
  async publish(reading: Reading): Promise<void> {
    this.#unconfirmed.set(reading.id, reading);
    this.#options.metrics.unconfirmed.set(this.#unconfirmed.size);
    if (this.#channel) this.#send(this.#channel, reading);
    if (!this.#hasRoom()) {
      this.#options.metrics.waits.inc();
      while (!this.#hasRoom()) await once(this.#changes, 'change');
    }
  }

  /** Resolves when every reading is confirmed, or when the signal is aborted; gives the number still unconfirmed. */
  async settled(signal: AbortSignal): Promise<number> {
    while (this.#unconfirmed.size > 0 && !signal.aborted) {
      await once(this.#changes, 'change', { signal }).catch(() => {});
    }
    return this.#unconfirmed.size;
  }

  #hasRoom(): boolean {
    return !this.#full && this.#unconfirmed.size < this.#options.maxUnconfirmed;
  }

  #send(channel: ConfirmChannel, reading: Reading): void {
    const room = channel.sendToQueue(
      READINGS_QUEUE,
      encodeReading(reading),
      {
        persistent: true,
        mandatory: true,
        messageId: reading.id,
        timestamp: Math.floor(reading.measuredAtMs / 1000),
        type: 'boiler.reading',
        contentType: 'application/json',
      },
      (error) => this.#onConfirmation(channel, reading, error),
    );
    if (!room) this.#full = true;
  }

  #onConfirmation(channel: ConfirmChannel, reading: Reading, error: unknown): void {
    // The answer of a channel that is gone says nothing: the reading goes out again on the next one.
    if (this.#channel !== channel) return;
    if (error || this.#returned.has(reading.id)) {
      this.#options.log.error(
        { reading: reading.id },
        'RabbitMQ could not take a reading: declaring it again',
      );
      this.#channel = undefined;
      // Its end makes the connection come up again, with the queue declared and this reading among the unconfirmed.
      void channel.close().catch(() => {});
      return;
    }
    if (!this.#unconfirmed.delete(reading.id)) return;
    this.#confirmedReadings++;
    const { published, unconfirmed, confirmSeconds } = this.#options.metrics;
    published.inc({ boiler: reading.boiler });
    unconfirmed.set(this.#unconfirmed.size);
    confirmSeconds.observe(Math.max(0, Date.now() - reading.measuredAtMs) / 1000);
    this.#changes.emit('change');
  }
}
