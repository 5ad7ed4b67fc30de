import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { credentials, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { record, scaledObjectRef } from '../../test/support/grpc/client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { rawConnection } from '../../test/support/grpc/raw-http2.js';
import { RecordingLog } from '../../test/support/grpc/recording-log.js';
import { ScalerError } from '../shared/errors.js';
import { callUnary, connect } from './client.js';
import type { ExternalScalerClient } from './generated/externalscaler/ExternalScaler.js';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './server.js';

describe('the gRPC server', () => {
  let answers: InMemoryAnswers;
  let parser: ReturnType<typeof countingParser>;
  let log: RecordingLog;
  let server: GrpcServer;
  let client: ExternalScalerClient;
  const observed: { method: string; code: status; seconds: number }[] = [];

  async function start(options: Partial<GrpcServerOptions> = {}): Promise<void> {
    server = createGrpcServer({
      answers,
      parseTrigger: parser,
      log,
      observer: (method, code, seconds) => observed.push({ method, code, seconds }),
      ...options,
    });
    await server.listen({ host: 'localhost', port: 0 });
    client = connect(`localhost:${server.port}`, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
    });
  }

  beforeEach(async () => {
    answers = new InMemoryAnswers();
    parser = countingParser();
    log = new RecordingLog();
    observed.length = 0;
    await start();
  });

  afterEach(async () => {
    client.close();
    await server.drain();
  });

  const getMetrics = (metricName = 'web-load', ref = scaledObjectRef()) =>
    callUnary(client, 'GetMetrics', { scaledObjectRef: ref, metricName }, 60);
  const getMetricSpec = (ref = scaledObjectRef()) => callUnary(client, 'GetMetricSpec', ref, 60);
  const isActive = (ref = scaledObjectRef()) => callUnary(client, 'IsActive', ref, 60);

  describe('GetMetricSpec', () => {
    it('answers name and target from the metadata alone', async () => {
      const spec = await getMetricSpec(scaledObjectRef({ threshold: '2.5', metricName: 'orders' }));
      assert.deepEqual(spec, {
        metricSpecs: [{ metricName: 'orders', targetSize: '25', targetSizeFloat: 2.5 }],
      });
      assert.equal(answers.asked.length, 0);
    });

    it("answers INVALID_ARGUMENT with the parser's own words", async () => {
      await assert.rejects(getMetricSpec(scaledObjectRef({ query: '' })), {
        code: status.INVALID_ARGUMENT,
        details: /shop\/web.*"query"/,
      });
    });
  });

  describe('GetMetrics', () => {
    it('answers the value in the scale of the spec', async () => {
      answers.set('web-load', 130.25);
      const { metricValues } = await getMetrics('web-load', scaledObjectRef({ threshold: '2.5' }));
      assert.deepEqual(metricValues, [
        { metricName: 'web-load', metricValue: '1303', metricValueFloat: 130.25 },
      ]);
    });

    it('keeps integers past 2^53 exact on the wire', async () => {
      answers.set('web-load', 2 ** 53 + 2);
      const { metricValues } = await getMetrics();
      assert.equal(metricValues[0]?.metricValue, '9007199254740994');
    });

    it("takes the metric's name with KEDA's prefix as well", async () => {
      answers.set('web-load', 7);
      const { metricValues } = await getMetrics('s12-web-load');
      assert.equal(metricValues[0]?.metricName, 'web-load');
    });

    for (const name of ['other', '', 's1-other', 's-web-load', 'S1-web-load']) {
      it(`refuses the metric name "${name}", saying which is right`, async () => {
        await assert.rejects(getMetrics(name), {
          code: status.INVALID_ARGUMENT,
          details:
            `metricName: received "${name}", expected "web-load" ` +
            'as GetMetricSpec names it for ScaledObject shop/web',
        });
      });
    }

    it('says that the reference is missing', async () => {
      await assert.rejects(callUnary(client, 'GetMetrics', { metricName: 'web-load' }, 60), {
        code: status.INVALID_ARGUMENT,
        details: 'scaledObjectRef is missing: send name, namespace and scalerMetadata',
      });
    });
  });

  describe('IsActive', () => {
    it('answers what the snapshot says', async () => {
      answers.set('web-load', 5, true);
      assert.deepEqual(await isActive(), { result: true });
      answers.set('web-load', 5, false);
      assert.deepEqual(await isActive(), { result: false });
    });
  });

  describe('an error of the planner', () => {
    for (const [kind, code] of [
      ['invalid', status.INVALID_ARGUMENT],
      ['rejected', status.FAILED_PRECONDITION],
      ['unavailable', status.UNAVAILABLE],
    ] as const) {
      it(`of kind ${kind} is answered as ${status[code]} with its message`, async () => {
        answers.fail('web-load', new ScalerError(kind, 'what is wrong, and what to do'));
        const expected = { code, details: 'what is wrong, and what to do' };
        await assert.rejects(getMetrics(), expected);
        await assert.rejects(isActive(), expected);
      });
    }

    it('that is a bug is answered as INTERNAL without its text, and logged', async () => {
      answers.answer = () => Promise.reject(new TypeError('secret is undefined'));
      await assert.rejects(getMetrics(), {
        code: status.INTERNAL,
        details: 'internal error of the scaler; its log has the details',
      });
      assert.match(String(log.lines[0]?.fields.err), /TypeError: secret is undefined/);
      assert.equal(log.lines.length, 1);
    });
  });

  describe('the parsed triggers', () => {
    it('are kept by content, whatever the order of the keys', async () => {
      const { scalerMetadata, ...owner } = scaledObjectRef();
      const reversed = Object.fromEntries(Object.entries(scalerMetadata).reverse());
      await getMetricSpec({ ...owner, scalerMetadata });
      await getMetricSpec({ ...owner, scalerMetadata: reversed });
      assert.equal(parser.calls, 1);
    });

    it('differ by any difference in the metadata', async () => {
      const base = scaledObjectRef();
      await getMetricSpec(scaledObjectRef({ quantile: '0.5' }));
      await getMetricSpec(base);
      await getMetricSpec({ ...base, name: 'web2' });
      await getMetricSpec({ ...base, namespace: 'shop2' });
      await getMetricSpec(scaledObjectRef({ threshold: '3' }));
      await getMetricSpec(scaledObjectRef({ query: 'down' }));
      assert.equal(parser.calls, 6);
    });

    it('keep refusals as well', async () => {
      for (let call = 0; call < 3; call++)
        await assert.rejects(getMetricSpec(scaledObjectRef({ query: '' })));
      assert.equal(parser.calls, 1);
    });
  });

  describe('StreamIsActive', () => {
    it('sends the current state at once, then only changes', async () => {
      answers.set('web-load', 0);
      const stream = record(client.StreamIsActive(scaledObjectRef()));
      const come = (count: number) =>
        pollUntil(`${count} states to come`, () => stream.messages.length === count);
      await come(1);
      answers.set('web-load', 0);
      answers.set('web-load', 5);
      await come(2);
      answers.set('web-load', 6);
      answers.set('web-load', 7);
      answers.set('web-load', 0);
      await come(3);
      answers.set('web-load', 5);
      await come(4);
      assert.deepEqual(
        stream.messages.map(({ result }) => result),
        [false, true, false, true],
      );
    });

    it('ends with the error when there is no first state', async () => {
      answers.fail('web-load', new ScalerError('unavailable', 'Prometheus does not answer'));
      const { ended } = record(client.StreamIsActive(scaledObjectRef()));
      const { code, details } = await ended;
      assert.deepEqual(
        { code, details },
        { code: status.UNAVAILABLE, details: 'Prometheus does not answer' },
      );
      await pollUntil('the subscription to go', () => answers.subscribers === 0);
    });

    it('refuses wrong metadata', async () => {
      const { code } = await record(client.StreamIsActive(scaledObjectRef({ query: '' }))).ended;
      assert.equal(code, status.INVALID_ARGUMENT);
    });

    it('outlives errors after the first state', async () => {
      answers.set('web-load', 0);
      const stream = record(client.StreamIsActive(scaledObjectRef()));
      await pollUntil('the first state to come', () => stream.messages.length === 1);
      answers.fail('web-load', new ScalerError('unavailable', 'Prometheus does not answer'));
      answers.set('web-load', 9);
      await pollUntil('the change to come', () => stream.messages.length === 2);
      assert.equal(stream.messages[1]?.result, true);
    });

    it('leaves no subscription behind when the client goes', async () => {
      answers.set('web-load', 1);
      const calls = Array.from({ length: 20 }, () => client.StreamIsActive(scaledObjectRef()));
      const streams = calls.map(record);
      await pollUntil('all streams to be open', () => streams.every(({ messages }) => messages.length === 1));
      assert.equal(answers.subscribers, 20);
      for (const call of calls) call.cancel();
      await pollUntil('all subscriptions to go', () => answers.subscribers === 0);
    });

    it('ends without an error at the age at which its connection is replaced, and no call is lost then', async () => {
      await server.drain();
      await start({ limits: { connectionAgeSeconds: 0.5 } });
      answers.set('web-load', 0);
      const stream = record(client.StreamIsActive(scaledObjectRef()));
      await pollUntil('the first state to come', () => stream.messages.length === 1);
      const other = rawConnection(server.port);
      let goneAway: number | undefined;
      other.once('goaway', (code) => {
        goneAway = code;
      });
      // About as old as the client's own connection.
      while (goneAway === undefined) assert.deepEqual(await isActive(), { result: false });
      assert.equal(goneAway, constants.NGHTTP2_NO_ERROR);
      other.destroy();
      assert.deepEqual(await isActive(), { result: false });
      assert.equal((await stream.ended).code, status.OK);
      assert.ok(observed.every(({ code }) => code === status.OK));
    });

    it('is bounded in number, over all connections', async () => {
      await server.drain();
      await start({ limits: { streams: 2 } });
      answers.set('web-load', 1);
      const first = [
        record(client.StreamIsActive(scaledObjectRef())),
        record(client.StreamMetricSpec(scaledObjectRef())),
      ];
      await pollUntil('two streams to be open', () => first.every(({ messages }) => messages.length === 1));
      const { code, details } = await record(client.StreamIsActive(scaledObjectRef())).ended;
      assert.equal(code, status.RESOURCE_EXHAUSTED);
      assert.equal(details, '2 streams are open, which is the limit; the unary RPCs still answer');
    });

    it('is bounded in number for each namespace, and has room again when one ends', async () => {
      await server.drain();
      await start({ limits: { streamsPerNamespace: 2 } });
      answers.set('web-load', 1);
      const open = (namespace: string) => {
        const call = client.StreamIsActive({ ...scaledObjectRef(), namespace });
        return { call, ...record(call) };
      };
      const first = [open('noisy'), open('noisy')];
      await pollUntil('two streams to be open', () => first.every(({ messages }) => messages.length === 1));
      const { code, details } = await open('noisy').ended;
      assert.equal(code, status.RESOURCE_EXHAUSTED);
      assert.equal(
        details,
        '2 streams of namespace noisy are open, which is the limit; the unary RPCs still answer',
      );
      const quiet = open('quiet');
      await pollUntil('the stream of another namespace', () => quiet.messages.length === 1);
      first[0]!.call.cancel();
      await pollUntil('room for another stream', async () => {
        const again = open('noisy');
        return await Promise.race([
          again.ended.then(() => false),
          pollUntil('it to be open', () => again.messages.length === 1).catch(() => false),
        ]);
      });
    });
  });

  describe('StreamMetricSpec', () => {
    const specs = { metricSpecs: [{ metricName: 'web-load', targetSize: '100', targetSizeFloat: 100 }] };

    it('sends the specs when it opens, while nothing is known of the load', async () => {
      const stream = record(client.StreamMetricSpec(scaledObjectRef()));
      await pollUntil('the specs to come', () => stream.messages.length === 1);
      assert.deepEqual(stream.messages, [specs]);
    });

    it('stays open after the specs and repeats nothing', async () => {
      answers.set('web-load', 0);
      const stream = record(client.StreamMetricSpec(scaledObjectRef()));
      await pollUntil('the specs to come', () => stream.messages.length === 1);
      const active = record(client.StreamIsActive(scaledObjectRef()));
      await pollUntil('the other stream to follow', () => active.messages.length === 1);
      answers.set('web-load', 1);
      await pollUntil('the load to be sent', () => active.messages.length === 2);
      assert.equal(stream.messages.length, 1);
      await server.drain();
      assert.equal((await stream.ended).code, status.OK);
    });

    it('ends with the reason when the metadata is not valid', async () => {
      await server.drain();
      await start({
        parseTrigger: () => {
          throw new ScalerError('invalid', 'prometheusAddress is not on the allow-list');
        },
      });
      const { code, details } = await record(client.StreamMetricSpec(scaledObjectRef())).ended;
      assert.equal(code, status.INVALID_ARGUMENT);
      assert.equal(details, 'prometheusAddress is not on the allow-list');
    });
  });

  describe('the observer', () => {
    it('gets method, code and seconds of each call', async () => {
      answers.set('web-load', 1);
      await getMetrics();
      await assert.rejects(getMetrics('other'));
      assert.deepEqual(
        observed.map(({ method, code }) => [method, status[code]]),
        [
          ['/externalscaler.ExternalScaler/GetMetrics', 'OK'],
          ['/externalscaler.ExternalScaler/GetMetrics', 'INVALID_ARGUMENT'],
        ],
      );
      for (const { seconds } of observed) assert.ok(seconds > 0 && seconds < 5, String(seconds));
    });

    it('gets what grpc-js itself refuses, and streams that the client leaves', async () => {
      await assert.rejects(getMetricSpec(scaledObjectRef({ query: 'x'.repeat(200_000) })));
      const call = client.StreamMetricSpec(scaledObjectRef());
      const stream = record(call);
      await pollUntil('the stream to be open', () => stream.messages.length === 1);
      call.cancel();
      await pollUntil('both to be observed', () => observed.length === 2);
      assert.deepEqual(
        observed.map(({ method, code }) => [method.split('/')[2], status[code]]),
        [
          ['GetMetricSpec', 'RESOURCE_EXHAUSTED'],
          ['StreamMetricSpec', 'CANCELLED'],
        ],
      );
    });
  });

  describe('listening', () => {
    it('says in one line that the port is in use', async () => {
      const second = createGrpcServer({ answers, parseTrigger: parser });
      await assert.rejects(second.listen({ host: 'localhost', port: server.port }), {
        name: 'ScalerError',
        kind: 'unavailable',
        message:
          `gRPC address localhost, port ${server.port}: another process listens there; ` +
          'stop it or choose another port (EADDRINUSE)',
      });
      await second.drain();
    });

    for (const host of [undefined, '127.0.0.1', '::1']) {
      it(`binds ${host ?? 'every interface'}`, async () => {
        const other = createGrpcServer({ answers, parseTrigger: parser });
        assert.equal(other.port, 0);
        const port = await other.listen({ host, port: 0 });
        assert.ok(port > 0 && other.port === port);
        const caller = connect(
          `${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`,
          credentials.createInsecure(),
        );
        assert.ok(await callUnary(caller, 'GetMetricSpec', scaledObjectRef(), 60));
        caller.close();
        await other.drain();
      });
    }

    it('says in one line that no interface has the address', async () => {
      const other = createGrpcServer({ answers, parseTrigger: parser });
      await assert.rejects(other.listen({ host: '192.0.2.1', port: 0 }), {
        kind: 'unavailable',
        message:
          'gRPC address 192.0.2.1, port 0: no interface of this machine has that address (EADDRNOTAVAIL)',
      });
      await other.drain();
    });
  });
});
