import assert from 'node:assert/strict';
import mysql from 'mysql2/promise';
import { createTestDatabase, type TestDatabase } from '../../../test/support/boiler/database.js';
import { metricOf } from '../../../test/support/boiler/metrics.js';
import { TestQueue } from '../../../test/support/boiler/queue.js';
import { calmReadings } from '../../../test/support/boiler/readings.js';
import { ChildProgram } from '../../../test/support/child-program.js';
import { sharedRabbitmq } from '../../../test/support/shared-rabbitmq.js';
import { MariadbServer } from '../../local-stack/servers/mariadb-server.js';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import { storeBatch } from '../store/reading-store.js';
import { ALERTS_EXCHANGE, DEAD_LETTER_QUEUE, READINGS_QUEUE } from '../topology.js';

describe('the boiler’s consumer', () => {
  let queue: TestQueue;
  let database: TestDatabase;
  let consumers: ChildProgram[];

  function startConsumer(environment: Record<string, string> = {}): ChildProgram {
    const consumer = new ChildProgram(new URL('./main.js', import.meta.url), {
      ...database.environment,
      RABBITMQ_URI: queue.uri,
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      BATCH_WAIT_MS: '50',
      ...environment,
    });
    consumers.push(consumer);
    return consumer;
  }

  const stored = (count: number) =>
    pollUntil(`${count} readings to be stored`, async () => (await database.count('readings')) === count);

  beforeEach(async () => {
    consumers = [];
    [queue, database] = await Promise.all([TestQueue.create(), createTestDatabase()]);
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await Promise.all([queue.close(), database.close()]);
  });

  it('stores what is in the queue in batches, acknowledges it, and counts it', async () => {
    const readings = calmReadings(300);
    await queue.publish(readings);
    // Batches go when they are full, not when their time is over.
    const consumer = startConsumer({
      BATCH_READINGS: '100',
      BATCH_WAIT_MS: '60000',
      CONSUMER_NAME: 'pod-7',
    });
    await stored(300);
    assert.deepEqual(await database.readings(), new Map(readings.map((reading) => [reading.id, reading])));
    await pollUntil('the metrics of three batches', async () => {
      return (await metricOf(consumer, 'boiler_batch_duration_seconds_count')) === 3;
    });
    assert.equal(await metricOf(consumer, 'boiler_readings_consumed_total'), 300);
    assert.equal(await metricOf(consumer, 'boiler_readings_stored_total'), 300);
    assert.equal(await metricOf(consumer, 'boiler_batch_readings_sum'), 300);
    const [batches] = await database.pool.query('SELECT consumer, readings FROM batches ORDER BY number');
    assert.deepEqual(batches, [
      { consumer: 'pod-7', readings: 100 },
      { consumer: 'pod-7', readings: 100 },
      { consumer: 'pod-7', readings: 100 },
    ]);
    await consumer.stop();
    assert.equal(await queue.waiting(READINGS_QUEUE), 0);
  });

  it('finishes and acknowledges its readings before it stops', async () => {
    // The batch would wait for a minute to fill: only the stop makes it go.
    const consumer = startConsumer({ BATCH_WAIT_MS: '60000' });
    await consumer.logged('started');
    await queue.publish(calmReadings(30));
    await pollUntil('the readings to be taken', async () => {
      return (await metricOf(consumer, 'boiler_readings_consumed_total')) === 30;
    });
    assert.equal(await database.count('readings'), 0);
    assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
    assert.equal(await database.count('readings'), 30);
    assert.equal(await queue.waiting(READINGS_QUEUE), 0);
  });

  it('moves poison to the dead-letter queue, says why, and stores the readings around it', async () => {
    const readings = calmReadings(20);
    await queue.publish(readings.slice(0, 10));
    queue.publishRaw('poison-1', Buffer.from('{"boiler":"boiler-1"}'));
    queue.publishRaw(undefined, Buffer.from('anything'));
    await queue.publish(readings.slice(10));
    const consumer = startConsumer();
    await stored(20);
    const dead = await pollUntil('two dead letters', async () => {
      return (await queue.waiting(DEAD_LETTER_QUEUE)) === 2 && queue.drain(DEAD_LETTER_QUEUE);
    });
    assert.deepEqual(
      dead.map((message) => message.content.toString()),
      ['{"boiler":"boiler-1"}', 'anything'],
    );
    const logged = await consumer.logged('not a reading: moved to the dead letters', {
      messageId: 'poison-1',
    });
    assert.match(String(logged.reason), /measuredAtMs/);
    assert.equal(await metricOf(consumer, 'boiler_readings_dead_lettered_total'), 2);
  });

  it('raises an alert for an anomaly: in its log, as a metric and on the exchange', async () => {
    const alerts = await queue.listenTo(ALERTS_EXCHANGE);
    const readings = calmReadings(60, { boilers: 1 });
    const odd = { ...readings[59]!, pressure: 12.61 };
    await queue.publish([...readings.slice(0, 59), odd]);
    const consumer = startConsumer();
    const text = 'calm-1: drum pressure is 12.61 bar, expected 6.00 to 12.00 bar (limit)';
    await consumer.logged(text, { level: 'warn', boiler: 'calm-1', measure: 'pressure' });
    const [alert] = await queue.drain(alerts);
    assert.equal(alert!.fields.routingKey, 'calm-1.pressure.limit');
    assert.equal(alert!.properties.messageId, `${odd.id}:pressure`);
    assert.deepEqual(JSON.parse(alert!.content.toString()), {
      readingId: odd.id,
      boiler: 'calm-1',
      measure: 'pressure',
      kind: 'limit',
      measuredAtMs: odd.measuredAtMs,
      value: 12.61,
      expectedLow: 6,
      expectedHigh: 12,
      text,
    });
    assert.equal(await metricOf(consumer, 'boiler_anomalies_total'), 1);
    assert.equal(await metricOf(consumer, 'boiler_alerts_published_total'), 1);
  });

  it('sends the alert that a killed consumer had stored but not sent, and stores nothing twice', async () => {
    const [reading] = calmReadings(1);
    const hot = { ...reading!, temperature: 230 };
    await queue.publish([hot]);
    // What a consumer has done that dies after the commit: everything is stored, nothing is sent or acknowledged.
    const batch = { readings: [hot], takenAtMs: Date.now(), consumer: 'killed' };
    await storeBatch(database.pool, batch, { deviation: defaultDeviationRule, alertQuietSeconds: 60 });
    const alerts = await queue.listenTo(ALERTS_EXCHANGE);
    const consumer = startConsumer();
    await pollUntil('the alert', async () => (await queue.waiting(alerts)) === 1);
    await pollUntil('the duplicate to be counted', async () => {
      return (await metricOf(consumer, 'boiler_readings_duplicate_total')) === 1;
    });
    assert.equal(await metricOf(consumer, 'boiler_readings_stored_total'), 0);
    assert.equal(await database.readingsInBatches(), 1);
  });

  it('goes on after its connection was cut with unacknowledged readings', async () => {
    const server = await sharedRabbitmq();
    const consumer = startConsumer({ BATCH_READINGS: '10' });
    await consumer.logged('started');
    const readings = calmReadings(3000);
    const connection = await pollUntil('the consumer’s connection in the broker’s list', async () => {
      const connections = await server.connections(queue.vhost);
      return connections.find((listed) => listed.user_provided_name === 'boiler-consumer');
    });
    const publishing = queue.publish(readings);
    await pollUntil('some readings to be stored', async () => (await database.count('readings')) > 200);
    await server.cutConnection(connection);
    await publishing;
    await consumer.logged('lost the connection to RabbitMQ');
    await stored(3000);
    await pollUntil('all to be acknowledged', async () => (await queue.waiting(READINGS_QUEUE)) === 0);
    assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
    assert.equal(await queue.waiting(READINGS_QUEUE), 0, 'nothing came back unacknowledged');
    assert.deepEqual(await database.readings(), new Map(readings.map((reading) => [reading.id, reading])));
    assert.equal(await database.readingsInBatches(), 3000);
  });

  it('keeps its readings while the database is away, says so, and stores them when it is back', async () => {
    const server = await MariadbServer.start();
    const url = new URL(server.url(await server.createDatabase()));
    try {
      const consumer = startConsumer({ MYSQL_PORT: url.port, MYSQL_DATABASE: url.pathname.slice(1) });
      const metrics = await consumer.url('metrics');
      await consumer.logged('started');
      await server.pause();
      await queue.publish(calmReadings(10));
      await consumer.logged('the database does not take a batch: trying again');
      const notReady = await fetch(`${metrics}/readyz`);
      assert.equal(notReady.status, 503);
      assert.match(
        JSON.stringify(await notReady.json()),
        /the database server at 127.0.0.1:\d+ does not answer/,
      );
      await server.resume();
      await consumer.logged('the database works again', {}, 30);
      await pollUntil('the readings to be counted', async () => {
        return (await metricOf(consumer, 'boiler_readings_stored_total')) === 10;
      });
      assert.equal((await fetch(`${metrics}/readyz`)).status, 200);
      assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
      assert.equal(await queue.waiting(READINGS_QUEUE), 0);
    } finally {
      await server.close();
    }
  });

  it('keeps its readings while the database takes a batch and does not answer, says so, and stores them later', async () => {
    const consumer = startConsumer();
    const metrics = await consumer.url('metrics');
    await consumer.logged('started');
    const other = await mysql.createConnection(database.url);
    try {
      await other.query('LOCK TABLES readings WRITE');
      await queue.publish(calmReadings(10));
      const { reason } = await consumer.logged('the database does not take a batch: trying again');
      assert.match(String(reason), /the database server at 127\.0\.0\.1:\d+ has not answered for 10 s\. /);
      assert.equal((await fetch(`${metrics}/readyz`)).status, 503);
    } finally {
      await other.end();
    }
    await consumer.logged('the database works again', {}, 30);
    await stored(10);
    assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
    assert.equal(await queue.waiting(READINGS_QUEUE), 0);
  });

  const mistakes: [string, () => Record<string, string>, RegExp][] = [
    [
      'a broker that is not there',
      () => ({ RABBITMQ_URI: 'amqp://guest:secret@127.0.0.1:1/', START_TIMEOUT_SECONDS: '1' }),
      /^RabbitMQ at amqp:\/\/127\.0\.0\.1:1\/ does not answer: nothing listens on that port\..* Tried for 1 s\.$/m,
    ],
    [
      'a password that the broker refuses',
      () => ({ RABBITMQ_URI: queue.uri.replace('guest:guest', 'guest:secret') }),
      /refuses the user or the password/,
    ],
    [
      'a virtual host with a lone percent sign',
      () => ({ RABBITMQ_URI: queue.uri.replace(/[^/]*$/, '100%') }),
      /^RabbitMQ at amqp:\/\/127\.0\.0\.1:\d+\/100% refuses the virtual host "100%": .*\n$/,
    ],
    [
      'a database that is not there',
      () => ({ MYSQL_DATABASE: 'nowhere' }),
      /has no database "nowhere"\. Create it, or check MYSQL_DATABASE\./,
    ],
    [
      'a database server that is not there',
      () => ({ MYSQL_PORT: '1', START_TIMEOUT_SECONDS: '1' }),
      /the database server at 127\.0\.0\.1:1 does not answer: nothing listens on that port\./,
    ],
    [
      'no broker at all',
      () => ({ RABBITMQ_URI: '' }),
      /RABBITMQ_URI: is missing; expected a URL that begins with amqp/,
    ],
  ];
  for (const [name, environment, cause] of mistakes) {
    it(`ends with the cause when it is given ${name}`, async () => {
      const consumer = startConsumer(environment());
      assert.deepEqual(await consumer.ended(), { code: 2, signal: null });
      assert.match(consumer.errorOutput, cause);
      assert.equal(consumer.errorOutput.includes('secret'), false);
    });
  }
});
