import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { encodeReading, type Reading } from '../../../apps/boiler/reading.js';
import { declareTopology, READINGS_QUEUE } from '../../../apps/boiler/topology.js';
import { sharedRabbitmq } from '../shared-rabbitmq.js';

/** The boiler's queues in a virtual host of a test's own on the shared server. */
export class TestQueue {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;

  private constructor(
    readonly vhost: string,
    readonly uri: string,
    connection: ChannelModel,
    channel: ConfirmChannel,
  ) {
    this.#connection = connection;
    this.#channel = channel;
  }

  /** Creates the virtual host with the queues and exchanges declared. */
  static async create(): Promise<TestQueue> {
    const server = await sharedRabbitmq();
    const vhost = await server.createVhost();
    const connection = await connect(server.uri(vhost));
    // A test that failed before closing it must not make the server's end look like a second failure.
    connection.on('error', () => {});
    const channel = await connection.createConfirmChannel();
    await declareTopology(channel);
    return new TestQueue(vhost, server.uri(vhost), connection, channel);
  }

  /** Puts readings into the queue; resolves when RabbitMQ has confirmed them. */
  async publish(readings: readonly Reading[]): Promise<void> {
    for (const reading of readings) this.publishRaw(reading.id, encodeReading(reading));
    await this.#channel.waitForConfirms();
  }

  /** Puts any bytes into the queue, under any message id. */
  publishRaw(messageId: string | undefined, body: Buffer): void {
    this.#channel.sendToQueue(READINGS_QUEUE, body, { persistent: true, messageId });
  }

  /** Messages that wait in a queue; those that a consumer holds are not among them. */
  async waiting(queue: string): Promise<number> {
    return (await this.#channel.checkQueue(queue)).messageCount;
  }

  /** As {@link waiting}, with 0 for a queue that is not there. */
  async waitingIfDeclared(queue: string): Promise<number> {
    // Asking for a queue that is not there closes the channel: it is one of its own.
    const channel = await this.#connection.createChannel();
    channel.on('error', () => {});
    try {
      const { messageCount } = await channel.checkQueue(queue);
      await channel.close();
      return messageCount;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return 0;
      throw error;
    }
  }

  /** Deletes a queue with what is in it. */
  async delete(queue: string): Promise<void> {
    await this.#channel.deleteQueue(queue);
  }

  /** Takes all messages that wait in a queue. */
  async drain(queue: string): Promise<GetMessage[]> {
    const messages: GetMessage[] = [];
    for (;;) {
      const message = await this.#channel.get(queue, { noAck: true });
      if (!message) return messages;
      messages.push(message);
    }
  }

  /** A queue of the test's own that receives what an exchange carries from now on. */
  async listenTo(exchange: string): Promise<string> {
    const { queue } = await this.#channel.assertQueue('', { durable: false });
    await this.#channel.bindQueue(queue, exchange, '#');
    return queue;
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#connection.close();
  }
}
