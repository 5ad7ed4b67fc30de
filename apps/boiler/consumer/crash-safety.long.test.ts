import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '../../../test/support/boiler/database.js';
import { TestQueue } from '../../../test/support/boiler/queue.js';
import { calmReadings } from '../../../test/support/boiler/readings.js';
import { ChildProgram } from '../../../test/support/child-program.js';
import { sharedRabbitmq } from '../../../test/support/shared-rabbitmq.js';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { seededRandom } from '../../shared/seeded-random.js';
import type { Reading } from '../reading.js';
import { DEAD_LETTER_QUEUE, READINGS_QUEUE } from '../topology.js';

/** Readings of the test; the variable allows a longer run by hand. */
const readingCount = Number(process.env.CRASH_TEST_READINGS ?? 4000);
const killCount = Math.ceil(readingCount / 500);
const CONSUMER_COUNT = 3;

describe('consumers that are killed under load', function () {
  this.timeout(120_000 + readingCount * 20);

  it(`lose no reading and store none twice, over ${killCount} kills at random moments`, async () => {
    const queue = await TestQueue.create();
    const database = await createTestDatabase();
    const random = seededRandom('kills');
    const readings = calmReadings(readingCount).map(
      (reading): Reading =>
        // One in fifty is out of its limits, so that alerts are under way as well.
        random() < 0.02 ? { ...reading, waterLevel: 20 } : reading,
    );
    const consumers = new Set<ChildProgram>();
    const startConsumer = () => {
      const consumer = new ChildProgram(new URL('./main.js', import.meta.url), {
        ...database.environment,
        RABBITMQ_URI: queue.uri,
        HOST: '127.0.0.1',
        METRICS_PORT: '0',
        BATCH_READINGS: '20',
        BATCH_WAIT_MS: '50',
        ALERT_QUIET_SECONDS: '0',
        LOG_LEVEL: 'info',
      });
      consumers.add(consumer);
      return consumer;
    };

    let kills = 0;
    async function consumeAndDie(): Promise<void> {
      while (kills < killCount) {
        const consumer = startConsumer();
        await consumer.logged('started', {}, 60);
        // 20 to 420 ms of work: a dozen batches or none, stopped wherever it happens to be.
        await delay(20 + 400 * random());
        kills++;
        consumer.kill('SIGKILL');
        assert.deepEqual(await consumer.ended(), { code: null, signal: 'SIGKILL' });
        consumers.delete(consumer);
      }
    }
    async function publishAll(): Promise<void> {
      // The queue is kept filled until the last kill, so that every consumer dies with work in its hands.
      for (let first = 0; first < readings.length; first += 100) {
        await queue.publish(readings.slice(first, first + 100));
        queue.publishRaw(`poison-${first}`, Buffer.from('no reading'));
        await pollUntil('room in the queue', async () => (await queue.waiting(READINGS_QUEUE)) < 1500);
      }
    }

    try {
      const publishing = publishAll();
      await Promise.all(Array.from({ length: CONSUMER_COUNT }, consumeAndDie));
      const survivors = Array.from({ length: CONSUMER_COUNT }, startConsumer);
      await publishing;
      await pollUntil(
        'all readings to be stored',
        async () => {
          return (
            (await database.count('readings')) >= readingCount && (await queue.waiting(READINGS_QUEUE)) === 0
          );
        },
        { timeoutSeconds: 60 + readingCount / 50 },
      );
      for (const survivor of survivors) {
        assert.deepEqual(await survivor.stop(), { code: 0, signal: null });
        consumers.delete(survivor);
      }

      const server = await sharedRabbitmq();
      await pollUntil('readings delivered again, because a consumer died holding them', async () => {
        return (await server.redeliveries(queue.vhost, READINGS_QUEUE)) > 0;
      });
      assert.deepEqual(
        await database.readings(),
        new Map(readings.map((reading) => [reading.id, reading])),
        'what is stored is what was published',
      );
      assert.equal(await database.readingsInBatches(), readingCount, 'the batches count each reading once');
      assert.equal(await queue.waiting(READINGS_QUEUE), 0, 'nothing is left in the queue');
      const [due] = await database.pool.query("SELECT * FROM anomalies WHERE alert = 'pending'");
      assert.deepEqual(due, [], 'no alert is left due');
      assert.equal(
        await queue.waiting(DEAD_LETTER_QUEUE),
        Math.ceil(readingCount / 100),
        'poison is kept apart',
      );
    } finally {
      for (const consumer of consumers) consumer.kill('SIGKILL');
      await Promise.all([...consumers].map((consumer) => consumer.ended()));
      await database.close();
      await queue.close();
    }
  });
});
