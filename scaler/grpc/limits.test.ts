import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { record, scaledObjectRef } from '../../test/support/grpc/client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { frame, rawConnection, rawRequest } from '../../test/support/grpc/raw-http2.js';
import { RecordingLog } from '../../test/support/grpc/recording-log.js';
import { ScalerError } from '../shared/errors.js';
import { callUnary, connect } from './client.js';
import type { ExternalScalerClient } from './generated/externalscaler/ExternalScaler.js';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './server.js';

const GET_METRIC_SPEC = '/externalscaler.ExternalScaler/GetMetricSpec';

/** A string field of a protobuf message, as raw bytes. */
function field(number: number, value: Uint8Array): Buffer {
  assert.ok(value.length < 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
}

describe('the gRPC server under bad input', () => {
  let server: GrpcServer;
  let client: ExternalScalerClient;
  let raw: ClientHttp2Session;
  let log: RecordingLog;
  let answers: InMemoryAnswers;
  let faults: unknown[];
  const noteFault = (fault: unknown) => faults.push(fault);

  async function start(limits: GrpcServerOptions['limits'] = {}): Promise<void> {
    log = new RecordingLog();
    answers = new InMemoryAnswers();
    answers.set('web-load', 1);
    server = createGrpcServer({ answers, parseTrigger: countingParser(), log, limits });
    await server.listen({ host: 'localhost', port: 0 });
    client = connect(`localhost:${server.port}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
    });
    raw = rawConnection(server.port);
  }

  async function stop(): Promise<void> {
    client.close();
    raw.destroy();
    await server.drain();
  }

  beforeEach(async () => {
    faults = [];
    process.on('unhandledRejection', noteFault);
    await start();
  });

  afterEach(async () => {
    await assertAlive();
    process.off('unhandledRejection', noteFault);
    assert.deepEqual(faults, []);
    assert.deepEqual(log.messages('error'), []);
    await stop();
  });

  /** A new caller is still answered. */
  async function assertAlive(): Promise<void> {
    const other = connect(`localhost:${server.port}`, credentials.createInsecure());
    assert.deepEqual(await callUnary(other, 'IsActive', scaledObjectRef(), 60), { result: true });
    other.close();
  }

  const specOf = (metadata: Record<string, string>) =>
    callUnary(client, 'GetMetricSpec', scaledObjectRef(metadata), 60);

  for (const bytes of [5_000_000, 200_000]) {
    it(`refuses a query of ${bytes.toLocaleString('en')} bytes`, async () => {
      await assert.rejects(specOf({ query: 'x'.repeat(bytes) }), {
        code: status.RESOURCE_EXHAUSTED,
        details: /larger than max/,
      });
    });
  }

  it('refuses 10,000 metadata keys', async () => {
    await stop();
    await start({ messageBytes: 1_000_000 });
    const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 'x']));
    await assert.rejects(specOf(keys), {
      code: status.INVALID_ARGUMENT,
      details: /it has 10003 keys; at most \d+ are accepted/,
    });
  });

  it('refuses a message that inflates beyond the limit', async () => {
    const bomb = frame(gzipSync(Buffer.alloc(50_000_000)), true);
    assert.ok(bomb.length < 100_000);
    const answer = await rawRequest(raw, GET_METRIC_SPEC, bomb, { 'grpc-encoding': 'gzip' });
    assert.equal(answer.grpcStatus, status.RESOURCE_EXHAUSTED);
  });

  it('keeps nothing of bodies sent to methods that do not exist, or that are no gRPC', async () => {
    const body = frame(Buffer.alloc(100_000));
    // Together more than the 10 MB that Node keeps for one connection.
    for (const [path, headers] of [
      ['/externalscaler.ExternalScaler/Nothing', {}],
      [GET_METRIC_SPEC, { 'content-type': 'text/html' }],
    ] as const)
      for (let call = 0; call < 400; call++) {
        const answer = await rawRequest(raw, path, body, headers);
        assert.ok(answer.httpStatus !== undefined, `call ${call} to ${path} was not answered`);
      }
    const answer = await rawRequest(raw, GET_METRIC_SPEC, frame(Buffer.alloc(0)));
    assert.equal(answer.grpcStatus, status.INVALID_ARGUMENT);
  });

  it('takes __proto__ and constructor as keys like any other', async () => {
    const entry = (key: string, value: string) =>
      field(3, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const owner = [field(1, Buffer.from('web')), field(2, Buffer.from('shop'))];
      const entries = [entry(key, 'up'), entry('query', 'up'), entry('threshold', '100')];
      const answer = await rawRequest(raw, GET_METRIC_SPEC, frame(Buffer.concat([...owner, ...entries])));
      assert.equal(answer.grpcStatus, status.OK, `${key}: ${answer.grpcMessage}`);
    }
    assert.equal(({} as Record<string, unknown>).query, undefined);
  });

  it('repeats text with half a surrogate pair, control characters and right-to-left marks safely', async () => {
    for (const name of [
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('a\r\ngrpc-status: 0\0'),
      Buffer.from('\u202Eabc%20%zz'),
    ]) {
      const answer = await rawRequest(raw, GET_METRIC_SPEC, frame(field(1, name)));
      assert.equal(answer.grpcStatus, status.INVALID_ARGUMENT);
      assert.match(answer.grpcMessage ?? '', /^[\x20-\x7e]+$/);
      const health = await rawRequest(raw, '/grpc.health.v1.Health/Check', frame(field(1, name)));
      assert.equal(health.grpcStatus, status.NOT_FOUND);
    }
  });

  it('shortens messages that are too long for a trailer', async () => {
    answers.fail('web-load', new ScalerError('rejected', `the query gives ${'series, '.repeat(10_000)}`));
    const call = callUnary(client, 'IsActive', scaledObjectRef(), 60);
    await assert.rejects(call, ({ code, details }: { code: number; details: string }) => {
      assert.equal(code, status.FAILED_PRECONDITION);
      assert.equal(details.length, 4096);
      return true;
    });
    answers.set('web-load', 1);
  });

  for (const [what, text] of [
    ['half a surrogate pair', 'label \ud800'],
    ['a pair that shortening would halve', `${'x'.repeat(4094)}\u{1F600}${'x'.repeat(10)}`],
  ] as const) {
    it(`sends messages with ${what}, which percent-encoding would throw on`, async () => {
      answers.fail('web-load', new ScalerError('rejected', text));
      await assert.rejects(callUnary(client, 'IsActive', scaledObjectRef(), 60), {
        code: status.FAILED_PRECONDITION,
        details: /\ufffd/,
      });
      answers.set('web-load', 1);
    });
  }

  it('refuses 10,000 header fields', async () => {
    const headers = new Metadata();
    for (let index = 0; index < 10_000; index++) headers.set(`key-${index}`, 'x');
    const failed = new Promise<{ code: number }>((resolve) =>
      client.IsActive(scaledObjectRef(), headers, (error) => resolve(error ?? { code: status.OK })),
    );
    assert.notEqual((await failed).code, status.OK);
  });

  it('lets clients ping as often as they like, with and without calls', async () => {
    await once(raw, 'connect');
    let goneAway = false;
    raw.on('goaway', () => {
      goneAway = true;
    });
    const stream = client.StreamMetricSpec(scaledObjectRef()).on('error', () => {});
    for (let ping = 0; ping < 500; ping++)
      await new Promise<void>((resolve, reject) => {
        raw.ping((error) => (error ? reject(error) : resolve()));
      });
    assert.equal(goneAway, false);
    stream.cancel();
  });

  it('gives up requests that do not arrive whole', async () => {
    await stop();
    await start({ requestSeconds: 0.1 });
    const halves = [undefined, undefined, undefined].map(() => rawRequest(raw, GET_METRIC_SPEC, undefined));
    for (const answer of await Promise.all(halves)) {
      assert.equal(answer.grpcStatus, status.DEADLINE_EXCEEDED);
      assert.match(answer.grpcMessage ?? '', /the%20request%20did%20not%20arrive%20whole%20within%200.1%20s/);
    }
  });

  it('lets streams live whose request has arrived', async () => {
    await stop();
    await start({ requestSeconds: 0.1 });
    const stream = record(client.StreamIsActive(scaledObjectRef()));
    // Requests that began later are given up, so the stream's turn would have been before.
    await pollUntil('the stream to be open', () => stream.messages.length === 1);
    await rawRequest(raw, GET_METRIC_SPEC, undefined);
    answers.set('web-load', 0);
    await pollUntil('the stream to go on', () => stream.messages.length === 2);
    answers.set('web-load', 1);
  });

  it('bounds the number of connections, closes those that say nothing for new ones, and says so once', async () => {
    await stop();
    await start({ connections: 3 });
    await once(raw, 'connect');
    await rawRequest(raw, GET_METRIC_SPEC, frame(Buffer.alloc(0)));
    await callUnary(client, 'IsActive', scaledObjectRef(), 60);
    const silent: Socket[] = [];
    for (let opened = 0; opened < 50; opened++) {
      const socket = connectTcp(server.port, 'localhost').on('error', () => {});
      socket.resume();
      silent.push(socket);
      await once(socket, 'connect');
    }
    await pollUntil(
      'all silent connections but one to be closed',
      () => silent.filter((socket) => socket.closed).length === 49,
    );
    assert.ok(!raw.closed, 'the connection that had made a call was closed');
    await assertAlive();
    assert.deepEqual(log.messages('warn'), [
      'too many gRPC connections; for each new one the one that has sent least is closed',
    ]);
    for (const socket of silent) socket.destroy();
    await pollUntil('the end of the crowd to be logged', async () => {
      await assertAlive();
      return log.messages('info').includes('gRPC connections are within their limit again');
    });
  });

  it('closes half-open connections in time', async () => {
    await stop();
    await start({ pingSeconds: 0.2, pongSeconds: 0.1 });
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const halfHeaders = Buffer.from([0, 0, 100, 1, 0, 0, 0, 0, 1, 0x82]);
    const halves = [
      Buffer.alloc(0),
      preface.subarray(0, 10),
      preface,
      Buffer.concat([preface, settings]),
      Buffer.concat([preface, settings, halfHeaders]),
    ];
    const sockets = halves.map((half) => {
      const socket = connectTcp(server.port, 'localhost').on('error', () => {});
      socket.write(half);
      return socket.resume();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    assert.ok(!raw.closed, 'a connection that answers pings was closed');
  });

  it('gives up the oldest requests when very many do not arrive whole', async () => {
    const oldest = rawRequest(raw, GET_METRIC_SPEC, undefined);
    const halves = Array.from({ length: 10_000 }, () => rawRequest(raw, GET_METRIC_SPEC, undefined));
    const answer = await oldest;
    assert.equal(answer.grpcStatus, status.RESOURCE_EXHAUSTED);
    assert.match(answer.grpcMessage ?? '', /had%20not%20arrived%20whole/);
    await assertAlive();
    raw.destroy();
    await Promise.all(halves);
  });

  for (const [what, bytes] of [
    ['random bytes', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))],
    ['an HTTP/1.1 request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['half an HTTP/2 preface', Buffer.from('PRI * HTTP/2.0\r\n')],
    [
      'a preface and an oversize frame',
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x00\x00\x00\x00\x00\x01', 'latin1'),
    ],
    [
      'a preface and frames of unknown types',
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
        ...Array.from({ length: 50 }, (_, index) =>
          Buffer.from([0, 0, 1, 200 + (index % 50), 0, 0, 0, 0, 7, 0]),
        ),
      ]),
    ],
  ] as const) {
    it(`survives ${what}`, async () => {
      const socket: Socket = connectTcp(server.port, 'localhost');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    });
  }

  for (const [what, path, headers] of [
    ['an unknown method', '/externalscaler.ExternalScaler/Nothing', {}],
    ['a path with strange bytes', '/\u00ff\u00fe%00', {}],
    ['another content type', GET_METRIC_SPEC, { 'content-type': 'text/html' }],
    ['a deadline that is no deadline', GET_METRIC_SPEC, { 'grpc-timeout': 'soon' }],
    ['an unknown encoding', GET_METRIC_SPEC, { 'grpc-encoding': 'zip' }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await rawRequest(
        raw,
        path,
        frame(Buffer.alloc(0), what === 'an unknown encoding'),
        headers,
      );
      assert.notEqual(answer.grpcStatus, status.OK);
      assert.ok(answer.grpcStatus !== undefined || answer.httpStatus === 415, JSON.stringify(answer));
      assert.doesNotMatch(answer.grpcMessage ?? '', /\bat%20|\.js/);
    });
  }
});
