import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mock } from 'node:test';
import { credentials, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { record, scaledObjectRef } from '../../test/support/grpc/client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { callUnary, connect } from './client.js';
import { createGrpcServer, type GrpcServer } from './server.js';

describe('a replica that is added to those behind a name', () => {
  const servers: GrpcServer[] = [];
  afterEach(async () => {
    mock.restoreAll();
    await Promise.all(servers.map((server) => server.drain()));
  });

  /** Starts a replica on an address of its own. */
  async function replica(host: string, port: number): Promise<{ port: number; answers: InMemoryAnswers }> {
    const answers = new InMemoryAnswers();
    answers.set('web-load', 1);
    const server = createGrpcServer({
      answers,
      parseTrigger: countingParser(),
      limits: { connectionAgeSeconds: 1 },
    });
    servers.push(server);
    return { port: await server.listen({ host, port }), answers };
  }

  it('gets its share of calls and streams, and none fails on the way', async function () {
    this.timeout(60_000);
    const first = await replica('127.0.0.1', 0);
    let addresses = ['127.0.0.1'];
    // The name of a headless Service has the addresses of all replicas; the client takes them in turns, as KEDA's does.
    mock.method(dns.promises, 'lookup', async () => addresses.map((address) => ({ address, family: 4 })));
    const client = connect(`scaler.test:${first.port}`, credentials.createInsecure(), {
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      'grpc.dns_min_time_between_resolutions_ms': 200,
    });
    const stream = record(client.StreamIsActive(scaledObjectRef()));
    const call = () => callUnary(client, 'IsActive', scaledObjectRef(), 20);
    await call();

    const second = await replica('127.0.0.2', first.port);
    addresses = ['127.0.0.1', '127.0.0.2'];
    let calls = 0;
    await pollUntil('calls to reach the second replica', async () => {
      // Many at once, so that some are on their way whenever a connection is replaced.
      await Promise.all(Array.from({ length: 20 }, call));
      calls += 20;
      return second.answers.asked.length >= 200;
    });
    assert.ok(first.answers.asked.length > 0.3 * calls, `${first.answers.asked.length} of ${calls} calls`);
    assert.equal((await stream.ended).code, status.OK);
    await pollUntil('a stream at the second replica', async () => {
      const { messages } = record(client.StreamIsActive(scaledObjectRef()));
      await pollUntil('its first message', () => messages.length === 1);
      return second.answers.subscribers > 0;
    });
    client.close();
  });
});
