import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { loadConfig } from '../../scaler/config/load.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { ExternalScaler } from '../../scaler/grpc/proto.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { callHeaders, greeting, headerField, http2Frame } from '../support/grpc/http2-frames.js';
import { frame, rawConnection, rawRequest } from '../support/grpc/raw-http2.js';
import { startHttpServer, type TestHttpServer } from '../support/http-server.js';
import { RecordedLog } from '../support/recorded-log.js';
import { nasty, runs, stackTrace, tell, timeoutMilliseconds, tryInputs, unseen } from './fuzz.js';

const SERVICE = '/externalscaler.ExternalScaler';
const isActive = callHeaders(`${SERVICE}/IsActive`);
/** Connections that the scaler under test holds at once. */
const CONNECTIONS = 100;

describe('bad input over gRPC', function () {
  this.timeout(timeoutMilliseconds);
  const recorded = new RecordedLog();
  const metadata = { query: 'load', threshold: '10' };
  let scaler: Scaler;
  let prometheus: TestHttpServer;
  let keda: KedaStandIn;
  let raw: ClientHttp2Session;

  before(async () => {
    prometheus = await startHttpServer((_request, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end('{"status":"success","data":{"resultType":"vector","result":[]}}');
    });
    const config = loadConfig({
      environment: {
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
      },
    });
    const grpc = { ...config.grpc, maxConnections: CONNECTIONS };
    scaler = await startScaler({ ...config, grpc }, { log: recorded.log });
    keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    raw = rawConnection(scaler.grpcPort);
  });
  after(async () => {
    keda.close();
    raw.destroy();
    await scaler.stop();
    await prometheus.close();
  });

  it('ends with a status, whatever the bytes of a message and however it is compressed', async () => {
    const owner = fc.record({
      name: fc.oneof(fc.constant('app'), nasty),
      namespace: fc.oneof(fc.constant('apps'), nasty),
      scalerMetadata: fc.dictionary(nasty, nasty, { maxKeys: 4 }).map((extra) => ({ ...metadata, ...extra })),
    });
    const sound = owner.map((ref) => ExternalScaler.service.IsActive.requestSerialize(ref));
    // A byte changed, cut off, or added.
    const broken = fc
      .tuple(sound, fc.nat(), fc.nat(255), fc.constantFrom('change', 'cut', 'add'))
      .map(([bytes, place, byte, how]) => {
        const at = place % (bytes.length + 1);
        if (how === 'cut') return bytes.subarray(0, at);
        const rest = bytes.subarray(how === 'change' ? at + 1 : at);
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), rest]);
      });
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      sound,
      broken,
    );
    const framed = fc
      .tuple(message, fc.constantFrom('plain', 'gzip', 'broken gzip', 'not gzip', 'bomb', 'raw', 'too short'))
      .map(([bytes, how]) => {
        const packed = gzipSync(bytes);
        if (how === 'gzip') return { body: frame(packed, true), encoding: 'gzip' };
        if (how === 'broken gzip') return { body: frame(packed.subarray(0, -6), true), encoding: 'gzip' };
        if (how === 'not gzip') return { body: frame(bytes, true), encoding: 'gzip' };
        if (how === 'bomb') return { body: bomb, encoding: 'gzip' };
        if (how === 'raw') return { body: bytes, encoding: 'identity' };
        // Says that more is to come than does.
        if (how === 'too short')
          return { body: frame(bytes).subarray(0, -1 - (bytes.length >> 1)), encoding: 'identity' };
        return { body: frame(bytes), encoding: 'identity' };
      });
    const codes = new Map<number, number>();
    const tried = await tryInputs(
      fc.tuple(fc.constantFrom('IsActive', 'GetMetricSpec', 'GetMetrics', 'None'), framed),
      async ([method, { body, encoding }]) => {
        if (raw.closed || raw.destroyed) raw = rawConnection(scaler.grpcPort);
        const answer = await rawRequest(raw, `${SERVICE}/${method}`, body, { 'grpc-encoding': encoding });
        assert.notEqual(answer.grpcStatus, undefined, JSON.stringify(answer));
        const text = decodeURIComponent(answer.grpcMessage ?? '');
        assert.doesNotMatch(text, stackTrace);
        assert.doesNotMatch(text, unseen);
        assert.notEqual(text, 'internal error of the scaler; its log has the details');
        codes.set(answer.grpcStatus!, (codes.get(answer.grpcStatus!) ?? 0) + 1);
      },
    );
    const told = [...codes].sort(([a], [b]) => a - b).map(([code, times]) => `${status[code]} ×${times}`);
    tell(
      'gRPC messages: broken protobuf, broken gzip, bombs',
      `${tried} calls`,
      `a status for each: ${told.join(', ')}`,
    );
  });

  it('is refused with a right code: a query of 5 MB, and 10,000 keys', async () => {
    for (const [what, asked] of [
      ['a query of 5 MB', { ...metadata, query: 'x'.repeat(5_000_000) }],
      ['10,000 metadata keys', { ...metadata, ...tenThousandKeys(20) }],
    ] as const) {
      const refusal = await refusalOf(asked);
      assert.equal(refusal.code, status.RESOURCE_EXHAUSTED, what);
      tell(what, '1 call', `${status[refusal.code]}: ${refusal.details}`);
    }
    const refusal = await refusalOf({ ...metadata, ...tenThousandKeys(0) });
    assert.equal(refusal.code, status.INVALID_ARGUMENT);
    assert.match(refusal.details, /it has 10002 keys; at most \d+ are accepted/);
    tell(
      '10,000 metadata keys that fit into a message',
      '1 call',
      `${status[refusal.code]}: it has 10002 keys`,
    );
  });

  it('does not disturb others: many half-open connections', async () => {
    const preface = greeting.subarray(0, 24);
    const halves = [
      Buffer.alloc(0),
      preface.subarray(0, 10),
      preface,
      greeting,
      Buffer.concat([greeting, http2Frame(1, 4, 1, isActive)]),
      Buffer.concat([greeting, http2Frame(1, 0, 1, isActive)]),
    ];
    const open: Socket[] = [];
    const before = residentMiB();
    const many = 5 * CONNECTIONS;
    let openNow = 0;
    let mostOpen = 0;
    const wait = await slowestCall(async () => {
      for (let opened = 0; opened < many; opened++) {
        const socket = connectTcp(scaler.grpcPort, '127.0.0.1').on('error', () => {});
        socket.resume();
        socket.once('close', () => openNow--);
        await once(socket, 'connect');
        socket.write(halves[opened % halves.length]!);
        open.push(socket);
        openNow++;
        mostOpen = Math.max(mostOpen, openNow);
      }
      // New ones get through as well.
      const newcomer = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
      await newcomer.spec('app', 'apps', metadata);
      newcomer.close();
    });
    await pollUntil('no more than the bound to be open', () => openNow <= CONNECTIONS);
    const grown = residentMiB() - before;
    assert.ok(grown < 200, `${grown} MiB more`);
    for (const socket of open) socket.destroy();
    tell(
      'half-open HTTP/2 connections to the gRPC port',
      `${many}, where ${CONNECTIONS} are the bound`,
      `${mostOpen} seen open at once at most, ${Math.max(0, grown)} MiB; others, old and new, answered in ${wait} at most`,
    );
  });

  it('does not disturb others: garbage on the port', async () => {
    let tried = 0;
    const wait = await slowestCall(async () => {
      tried = await tryInputs(
        fc.tuple(fc.uint8Array({ maxLength: 512 }), fc.boolean()),
        async ([bytes, isHttp2]) => {
          const socket = connectTcp(scaler.grpcPort, '127.0.0.1').on('error', () => {});
          await once(socket, 'connect');
          socket.write(isHttp2 ? Buffer.concat([greeting, bytes]) : bytes);
          // Read first, so that the bytes have arrived before the connection is cut.
          await Promise.race([once(socket, 'data'), once(socket, 'close'), nextTurn()]);
          socket.resetAndDestroy();
        },
      );
    });
    tell(
      'garbage on the gRPC port',
      `${tried} connections`,
      `others answered throughout, in ${wait} at most`,
    );
  });

  const longBlock = Buffer.concat([
    isActive,
    ...Array.from({ length: 50 }, (_, i) => headerField(`x${i}`, 'y')),
  ]);
  const floods: readonly (readonly [string, (streamId: number) => Buffer])[] = [
    [
      'requests reset at once (rapid reset)',
      (id) =>
        Buffer.concat([http2Frame(1, 4, id, isActive), http2Frame(3, 0, id, Buffer.from([0, 0, 0, 8]))]),
    ],
    ['requests that never end', (id) => http2Frame(1, 4, id, isActive)],
    [
      'requests with a broken message',
      (id) => Buffer.concat([http2Frame(1, 4, id, isActive), http2Frame(0, 1, id, Buffer.from('garbage'))]),
    ],
    ['PING frames', () => http2Frame(6, 0, 0, Buffer.alloc(8))],
    ['SETTINGS frames', () => http2Frame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100]))],
    ['PRIORITY frames', (id) => http2Frame(2, 0, id, Buffer.from([0, 0, 0, 0, 1]))],
    ['WINDOW_UPDATE frames', () => http2Frame(8, 0, 0, Buffer.from([0, 0, 0, 1]))],
    ['CONTINUATION frames without an end', (id) => http2Frame(id === 1 ? 1 : 9, 0, 1, longBlock)],
  ];
  for (const [what, make] of floods)
    it(`does not disturb others: a flood of ${what}`, async () => {
      const before = residentMiB();
      let sent = 0;
      let isClosed = false;
      let wasCut = false;
      const wait = await slowestCall(async () => {
        const socket = connectTcp(scaler.grpcPort, '127.0.0.1').on('error', () => {});
        socket.resume();
        socket.once('close', () => {
          isClosed = true;
        });
        await once(socket, 'connect');
        socket.write(greeting);
        const until = performance.now() + (runs > 1000 ? 10_000 : 250);
        for (let id = 1; !isClosed && performance.now() < until && id < 2 ** 31 - 2000; ) {
          const frames: Buffer[] = [];
          for (let i = 0; i < 200; i++, id += 2) frames.push(make(id));
          sent += frames.length;
          const drained = new Promise<void>((resolve) =>
            socket.write(Buffer.concat(frames), () => resolve()),
          );
          await Promise.race([drained, nextSecond()]);
          await nextTurn();
        }
        wasCut = isClosed;
        socket.destroy();
      });
      const grown = residentMiB() - before;
      assert.ok(grown < 400, `${grown} MiB more`);
      tell(
        `a flood of ${what}`,
        `${sent} from one connection`,
        `${wasCut ? 'cut' : 'borne'}, ${Math.max(0, grown)} MiB more; others answered in ${wait} at most`,
      );
    });

  it('logged no fault of its own', () => {
    assert.deepEqual(
      recorded.lines.filter(({ level }) => level === 'error'),
      [],
    );
    assert.doesNotMatch(recorded.text, stackTrace);
  });

  /** The refusal of a GetMetricSpec. */
  async function refusalOf(asked: Readonly<Record<string, string>>): Promise<ServiceError> {
    try {
      await keda.spec('app', 'apps', asked);
    } catch (error) {
      return error as ServiceError;
    }
    throw new Error('it was not refused');
  }

  /** Calls as KEDA does while something goes on. @returns the longest call, in words. */
  async function slowestCall(whatGoesOn: () => Promise<void>): Promise<string> {
    let isOver = false;
    const done = whatGoesOn().finally(() => {
      isOver = true;
    });
    let longest = 0;
    do {
      const began = performance.now();
      assert.equal((await keda.spec('app', 'apps', metadata)).targetPerReplica, 10);
      longest = Math.max(longest, performance.now() - began);
      await nextTurn();
    } while (!isOver);
    await done;
    return `${longest.toFixed(0)} ms`;
  }
});

/** A tenth of a megabyte of gzip that makes a hundred. */
const bomb = frame(gzipSync(Buffer.alloc(100_000_000)), true);

function tenThousandKeys(valueLength: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 'x'.repeat(valueLength)]));
}

function residentMiB(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000).unref());
}
