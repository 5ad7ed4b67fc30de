import assert from 'node:assert/strict';
import { metricOf } from '../../../test/support/boiler/metrics.js';
import { TestQueue } from '../../../test/support/boiler/queue.js';
import { ChildProgram } from '../../../test/support/child-program.js';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { decodeReading } from '../reading.js';
import { READINGS_QUEUE } from '../topology.js';

describe('the boiler’s producer', () => {
  let programs: ChildProgram[];

  function start(script: string, environment: Record<string, string>): ChildProgram {
    const program = new ChildProgram(new URL(script, import.meta.url), {
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      ...environment,
    });
    programs.push(program);
    return program;
  }

  beforeEach(() => {
    programs = [];
  });
  afterEach(() => Promise.all(programs.map((program) => program.stop())));

  it('publishes persistent readings of all of its boilers, and has each confirmed before it ends', async () => {
    const queue = await TestQueue.create();
    const producer = start('./main.js', {
      RABBITMQ_URI: queue.uri,
      BOILERS: '2',
      READINGS_PER_SECOND: '100',
    });
    await pollUntil('a hundred readings', async () => (await queue.waiting(READINGS_QUEUE)) > 100);
    assert.equal(await metricOf(producer, 'boiler_readings_republished_total'), 0);
    assert.ok((await metricOf(producer, 'boiler_readings_published_total')) > 100);
    assert.deepEqual(await producer.stop(), { code: 0, signal: null });
    const messages = await queue.drain(READINGS_QUEUE);
    const { readings: confirmed } = await producer.logged('readings that RabbitMQ has confirmed');
    assert.equal(messages.length, confirmed, 'the queue holds what the producer counted');
    const readings = messages.map((message) => {
      assert.equal(message.properties.deliveryMode, 2, 'persistent');
      const { reading, poison } = decodeReading(message.properties.messageId, message.content);
      assert.equal(poison, undefined);
      return reading!;
    });
    assert.deepEqual([...new Set(readings.map(({ boiler }) => boiler))].sort(), ['boiler-1', 'boiler-2']);
    assert.equal(
      new Set(readings.map(({ id }) => id)).size,
      readings.length,
      'every reading has an id of its own',
    );
    await queue.close();
  });

  it('declares the queue again when somebody deletes it, and sends again what could not be routed', async () => {
    const queue = await TestQueue.create();
    const producer = start('./main.js', { RABBITMQ_URI: queue.uri, READINGS_PER_SECOND: '50' });
    await pollUntil('a reading', async () => (await queue.waiting(READINGS_QUEUE)) > 0);
    await queue.delete(READINGS_QUEUE);
    const { reading } = await producer.logged('RabbitMQ could not take a reading: declaring it again');
    await pollUntil(
      'readings in the new queue',
      async () => (await queue.waitingIfDeclared(READINGS_QUEUE)) > 0,
    );
    assert.deepEqual(await producer.stop(), { code: 0, signal: null });
    const ids = (await queue.drain(READINGS_QUEUE)).map((message) => message.properties.messageId);
    assert.equal(ids.filter((id) => id === reading).length, 1);
    await queue.close();
  });
});
