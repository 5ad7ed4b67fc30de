import assert from 'node:assert/strict';
import { createTestDatabase } from '../../../test/support/boiler/database.js';
import { metricOf } from '../../../test/support/boiler/metrics.js';
import { ChildProgram } from '../../../test/support/child-program.js';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { RabbitmqServer } from '../../local-stack/servers/rabbitmq-server.js';

describe('the boiler’s producer beside a RabbitMQ that restarts', () => {
  const programs: ChildProgram[] = [];

  function start(script: string, environment: Record<string, string>): ChildProgram {
    const program = new ChildProgram(new URL(script, import.meta.url), {
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      ...environment,
    });
    programs.push(program);
    return program;
  }

  it('waits while RabbitMQ is away, goes on when it is back, and nothing is lost on the way to the database', async () => {
    const server = await RabbitmqServer.start();
    const database = await createTestDatabase();
    const RABBITMQ_URI = server.uri(await server.createVhost());
    try {
      const producer = start('./main.js', {
        RABBITMQ_URI,
        READINGS_PER_SECOND: '500',
        MAX_UNCONFIRMED: '200',
      });
      const consumer = start('../consumer/main.js', {
        ...database.environment,
        RABBITMQ_URI,
        BATCH_WAIT_MS: '50',
      });
      await pollUntil('readings in the database', async () => (await database.count('readings')) > 500);

      await server.pause();
      await pollUntil('the producer to wait with 200 readings in its hands', async () => {
        const unconfirmed = await metricOf(producer, 'boiler_readings_unconfirmed');
        return unconfirmed === 200 && (await metricOf(producer, 'boiler_publish_waits_total')) > 0;
      });
      const notReady = await fetch(`${await producer.url('metrics')}/readyz`);
      assert.equal(notReady.status, 503);
      assert.match(JSON.stringify(await notReady.json()), /rabbitmq/);
      const before = await database.count('readings');

      await server.resume();
      await pollUntil(
        'new readings in the database',
        async () => (await database.count('readings')) > before + 500,
      );
      assert.ok((await metricOf(producer, 'boiler_readings_republished_total')) > 0);
      assert.deepEqual(await producer.stop(), { code: 0, signal: null });
      const { readings: confirmed } = await producer.logged('readings that RabbitMQ has confirmed');
      await pollUntil('the last readings', async () => (await database.count('readings')) === confirmed);
      assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
      assert.equal(await database.count('readings'), confirmed);
      assert.equal(await database.readingsInBatches(), confirmed);
    } finally {
      await Promise.all(programs.map((program) => program.stop()));
      await database.close();
      await server.close();
    }
  });
});
