import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { Authority } from '../../test/support/authority.js';
import { record, scaledObjectRef } from '../../test/support/grpc/client.js';
import { healthClient } from '../../test/support/grpc/health-client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { RecordingLog } from '../../test/support/grpc/recording-log.js';
import { callUnary, connect } from './client.js';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './server.js';

describe('draining the gRPC server', () => {
  let answers: InMemoryAnswers;
  let log: RecordingLog;

  beforeEach(() => {
    answers = new InMemoryAnswers();
    answers.set('web-load', 1);
    log = new RecordingLog();
  });

  async function start(options: Partial<GrpcServerOptions> = {}): Promise<GrpcServer> {
    const server = createGrpcServer({ answers, parseTrigger: countingParser(), log, ...options });
    await server.listen({ host: 'localhost', port: 0 });
    return server;
  }

  const plain = (port: number) => connect(`localhost:${port}`, credentials.createInsecure());

  it('lets calls in flight finish and takes no new connection', async () => {
    const server = await start();
    const client = plain(server.port);
    const late = plain(server.port);
    const release = answers.hold();
    const calls = Array.from({ length: 50 }, () => callUnary(client, 'IsActive', scaledObjectRef(), 60));
    await pollUntil('all calls to be in flight', () => answers.asked.length === 50);

    const drained = server.drain();
    await assert.rejects(callUnary(late, 'IsActive', scaledObjectRef(), 60), { code: status.UNAVAILABLE });
    release();
    assert.deepEqual(
      await Promise.all(calls),
      Array.from({ length: 50 }, () => ({ result: true })),
    );
    await drained;
    assert.deepEqual(log.messages('warn'), []);
    client.close();
    late.close();
  });

  it('ends streams without an error, so that KEDA opens them elsewhere', async () => {
    const server = await start();
    const client = plain(server.port);
    const streams = [
      record(client.StreamIsActive(scaledObjectRef())),
      record(client.StreamMetricSpec(scaledObjectRef())),
    ];
    await pollUntil('both streams to be open', () => streams.every(({ messages }) => messages.length === 1));
    await server.drain();
    for (const { ended } of streams) assert.equal((await ended).code, status.OK);
    assert.equal(answers.subscribers, 0);
    client.close();
  });

  it('reports it to those who watch its health', async () => {
    const server = await start();
    const health = healthClient(server.port);
    const watch = record(health.watch('externalscaler.ExternalScaler'));
    await pollUntil('the first state to come', () => watch.messages.length === 1);
    await server.drain();
    assert.equal((await watch.ended).code, status.OK);
    assert.deepEqual(
      watch.messages.map((message) => message.status),
      ['SERVING', 'NOT_SERVING'],
    );
    health.close();
  });

  it('cuts what is not finished in time and says so', async () => {
    const server = await start({ limits: { drainSeconds: 0.2 } });
    const client = plain(server.port);
    answers.hold();
    const call = callUnary(client, 'IsActive', scaledObjectRef(), 60);
    const cut = assert.rejects(call, (error: { code: status }) => error.code !== status.DEADLINE_EXCEEDED);
    await pollUntil('the call to be in flight', () => answers.asked.length === 1);
    const startedMs = performance.now();
    await server.drain();
    const seconds = (performance.now() - startedMs) / 1000;
    assert.ok(seconds >= 0.19, `took ${seconds} s`);
    await cut;
    assert.deepEqual(log.messages('warn'), ['calls did not finish in time and were cut']);
    client.close();
  });

  it('does not wait for connections without a call', async () => {
    const server = await start({ limits: { drainSeconds: 3600 } });
    const idle = plain(server.port);
    await callUnary(idle, 'IsActive', scaledObjectRef(), 60);
    const silent = connectTcp(server.port, 'localhost');
    await new Promise((resolve) => silent.once('connect', resolve));
    const closed = new Promise((resolve) => silent.once('close', resolve));
    silent.resume();
    await server.drain();
    await closed;
    idle.close();
  });

  it('does not wait for half a TLS handshake', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'grpc-drain-'));
    try {
      const server = await start({
        tls: new Authority(folder, 'authority').issue('server'),
        limits: { drainSeconds: 3600 },
      });
      const silent = connectTcp(server.port, 'localhost');
      await new Promise((resolve) => silent.once('connect', resolve));
      silent.write(Buffer.from([0x16, 0x03, 0x01]));
      const closed = new Promise((resolve) => silent.once('close', resolve));
      silent.on('error', () => {}).resume();
      await server.drain();
      await closed;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('may be asked for before listening, and twice', async () => {
    const server = createGrpcServer({ answers, parseTrigger: countingParser() });
    await Promise.all([server.drain(), server.drain()]);
    await server.drain();
  });
});
