import assert from 'node:assert/strict';
import { createTestDatabase } from '../../test/support/boiler/database.js';
import { TestQueue } from '../../test/support/boiler/queue.js';
import { ChildProgram } from '../../test/support/child-program.js';
import { OtlpReceiver } from '../../test/support/otlp-receiver.js';
import { pollUntil } from '../local-stack/servers/poll-until.js';

describe('the traces of the boiler', () => {
  it('follow a reading from the producer through the queue to the consumer', async () => {
    const [receiver, queue, database] = await Promise.all([
      OtlpReceiver.start(),
      TestQueue.create(),
      createTestDatabase(),
    ]);
    const environment = {
      ...database.environment,
      RABBITMQ_URI: queue.uri,
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      BATCH_WAIT_MS: '50',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    };
    const producer = new ChildProgram(new URL('./producer/main.js', import.meta.url), environment);
    const consumer = new ChildProgram(new URL('./consumer/main.js', import.meta.url), environment);
    try {
      await pollUntil('stored readings', async () => (await database.count('readings')) > 5);
      // Spans go out in batches; a stop sends what is left.
      assert.deepEqual(await producer.stop(), { code: 0, signal: null });
      assert.deepEqual(await consumer.stop(), { code: 0, signal: null });
      const published = receiver.spans.filter(({ service }) => service === 'boiler-producer');
      const processed = receiver.spans.filter(({ service }) => service === 'boiler-consumer');
      const followed = processed.filter(({ parentSpanId, traceId }) =>
        published.some((span) => span.spanId === parentSpanId && span.traceId === traceId),
      );
      assert.ok(
        followed.length > 5,
        `${published.length} spans of the producer, ${processed.length} of the consumer, ${followed.length} joined`,
      );
    } finally {
      await Promise.all([producer.stop(), consumer.stop()]);
      await Promise.all([queue.close(), database.close(), receiver.close()]);
    }
  });
});
