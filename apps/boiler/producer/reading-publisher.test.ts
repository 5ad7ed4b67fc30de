import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { calmReadings } from '../../../test/support/boiler/readings.js';
import { producerMetrics } from './metrics.js';
import { ReadingPublisher } from './reading-publisher.js';

/**
 * A channel whose write buffer takes `room` messages before it says "full", which a real one does at a moment that
 * depends on the operating system's buffers. Confirmations come when the test says so.
 */
class ScriptedChannel extends EventEmitter {
  readonly sent: string[] = [];
  readonly confirmations: ((error: unknown) => void)[] = [];

  constructor(readonly room: number) {
    super();
  }

  sendToQueue(
    _queue: string,
    _body: Buffer,
    options: { messageId: string },
    confirm: (error: unknown) => void,
  ) {
    this.sent.push(options.messageId);
    this.confirmations.push(confirm);
    return this.sent.length % this.room !== 0;
  }

  confirmAll() {
    for (const confirm of this.confirmations.splice(0)) confirm(null);
  }

  asChannel(): ConfirmChannel {
    return this as unknown as ConfirmChannel;
  }
}

function publisher(maxUnconfirmed: number): ReadingPublisher {
  const metrics = producerMetrics(new Registry());
  return new ReadingPublisher({ maxUnconfirmed, metrics, log: pino({ level: 'silent' }) });
}

/** True when the promise is still waiting after everything that could settle it now has run. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise((resolve) => setImmediate(resolve, 'waiting'));
  return (await Promise.race([promise, later])) === 'waiting';
}

describe('the publisher of readings', () => {
  it('waits when the channel is full and goes on when it has drained', async () => {
    const publishing = publisher(100);
    const channel = new ScriptedChannel(3);
    publishing.attach(channel.asChannel());
    const [first, second, third] = calmReadings(3);
    await publishing.publish(first!);
    await publishing.publish(second!);
    const full = publishing.publish(third!);
    assert.equal(await isWaiting(full), true);
    channel.confirmAll();
    assert.equal(await isWaiting(full), true, 'a confirmation does not empty the write buffer');
    channel.emit('drain');
    await full;
    assert.equal(publishing.confirmedReadings, 3);
  });

  it('waits when too many readings are without confirmation', async () => {
    const publishing = publisher(2);
    const channel = new ScriptedChannel(1000);
    publishing.attach(channel.asChannel());
    const [first, second] = calmReadings(2);
    await publishing.publish(first!);
    const full = publishing.publish(second!);
    assert.equal(await isWaiting(full), true);
    channel.confirmAll();
    await full;
  });

  it('sends what a lost channel left unconfirmed again, under the same ids, and nothing else', async () => {
    const publishing = publisher(100);
    const lost = new ScriptedChannel(1000);
    publishing.attach(lost.asChannel());
    const readings = calmReadings(3);
    for (const reading of readings.slice(0, 2)) await publishing.publish(reading);
    lost.confirmations.shift()!(null);
    lost.emit('close');
    // amqplib fails the callbacks of a lost channel; that must not count as a confirmation.
    for (const confirm of lost.confirmations) confirm(new Error('channel closed'));
    await publishing.publish(readings[2]!);
    const next = new ScriptedChannel(1000);
    publishing.attach(next.asChannel());
    assert.deepEqual(next.sent, [readings[1]!.id, readings[2]!.id]);
    next.confirmAll();
    assert.equal(await publishing.settled(AbortSignal.timeout(1000)), 0);
    assert.equal(publishing.confirmedReadings, 3);
  });

  it('says how many readings are unconfirmed when it may wait no longer', async () => {
    const publishing = publisher(100);
    await publishing.publish(calmReadings(1)[0]!);
    assert.equal(await publishing.settled(AbortSignal.timeout(20)), 1);
  });
});
