import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { parseConfigFile } from '../config/file.js';
import { loadConfig } from '../config.js';
import { KedaStandIn } from '../demo/keda-stand-in.js';
import { ScalerError } from '../errors.js';
import { readAnswer } from '../history/api-answer.js';
import { parseCsv } from '../history/csv.js';
import { RequestFailure } from '../history/request-failure.js';
import { type Scaler, startScaler } from '../main.js';
import { startHttpServer, type TestHttpServer } from '../test-support/http-server.js';
import { pollUntil } from '../test-support/poll-until.js';
import { triggerKeys } from '../trigger/keys.js';
import { parseTrigger } from '../trigger.js';
import { RecordedLog } from './recorded-log.js';
import { printResults, type Result } from './result-table.js';

/** Inputs tried for each property. RUNS=100000 for a long night. */
const runs = Number(process.env.RUNS ?? 1000);

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\u202Eevil',
    '<script>alert(1)</script>',
    '\u0000',
    '\ud800',
    '1e999',
    '-1',
    'NaN',
    '99999999999999999999d',
    '5m',
    '{{',
    'http://u:p@[::1]:80',
  ),
);
const stack = /\bat .*\.(js|ts):\d+/;

describe('bad input', function () {
  this.timeout(300_000);
  const results: Result[] = [];

  after(() => printResults('Bad input', results));

  /** Tries a reader on many inputs: what it throws must be one of its own errors, in one line, without a stack. */
  function holds<Input>(
    what: string,
    inputs: fc.Arbitrary<Input>,
    read: (input: Input) => unknown,
    own: readonly (new (...args: never[]) => Error)[],
  ): void {
    it(`is read or refused in words: ${what}`, async () => {
      let refused = 0;
      const seen = await fc.check(
        fc.asyncProperty(inputs, async (input) => {
          try {
            await read(input);
          } catch (error) {
            if (!own.some((type) => error instanceof type)) throw error;
            refused++;
            assert.doesNotMatch((error as Error).message, stack);
            assert.ok((error as Error).message.length < 20_000);
          }
        }),
        { numRuns: runs },
      );
      if (seen.failed) throw new Error(fc.defaultReportMessage(seen) ?? what);
      results.push({
        what,
        many: `${seen.numRuns} inputs`,
        result: `${refused} refused in words, the rest read`,
      });
    });
  }

  const keys = fc.oneof(
    fc.constantFrom(...Object.keys(triggerKeys), 'passwordFromEnv', 'serverAddress'),
    nasty,
  );
  holds(
    'metadata of a trigger',
    fc.record({
      name: fc.oneof(fc.constant('app'), nasty),
      namespace: fc.oneof(fc.constant('apps'), nasty),
      scalerMetadata: fc
        .dictionary(keys, fc.oneof(nasty, fc.constantFrom('up', '1', '10', '15m', 'true', '14d', 'UTC')))
        .map((extra) => ({ query: 'up', threshold: '1', ...extra })),
    }),
    (ref) => parseTrigger(ref, { defaultSource: 'main', sourceNames: new Set(['main']) }),
    [ScalerError],
  );

  const sample = fc.oneof(
    fc.tuple(fc.double(), nasty),
    fc.tuple(fc.integer(), fc.constantFrom('1', 'NaN', '+Inf', '')),
    fc.anything(),
  );
  const answerJson = fc.oneof(
    nasty,
    fc.json(),
    fc
      .record({
        status: fc.constantFrom('success', 'error', 1),
        warnings: fc.anything(),
        data: fc.record({
          resultType: fc.constantFrom('matrix', 'vector', 'scalar', 'string', 'x'),
          result: fc.oneof(
            sample,
            fc.array(
              fc.record(
                {
                  metric: fc.oneof(fc.dictionary(nasty, nasty), fc.anything()),
                  values: fc.array(sample),
                  value: sample,
                },
                { requiredKeys: [] },
              ),
            ),
          ),
        }),
      })
      .map(
        (envelope) =>
          JSON.stringify(envelope, (_key, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ) ?? '',
      ),
  );
  holds('bodies of a Prometheus answer', answerJson, (text) => readAnswer(text, 'application/json'), [
    RequestFailure,
  ]);

  holds(
    'CSV',
    fc.oneof(
      nasty,
      fc
        .array(
          fc
            .array(
              fc.oneof(
                nasty,
                fc.constantFrom('timestamp', 'value', '1772409600', '5', '2026-03-02T00:00:00Z'),
              ),
              { maxLength: 4 },
            )
            .map((cells) => cells.join(',')),
        )
        .map((rows) => `timestamp,value\n${rows.join('\n')}`),
    ),
    (text) => parseCsv(text, 'load.csv'),
    [ScalerError],
  );

  const yaml = fc.oneof(
    nasty,
    fc.json(),
    fc
      .array(
        fc
          .tuple(fc.constantFrom('grpc', 'sources', 'planner', 'log', '&a', '*a', '- '), nasty)
          .map(([key, value]) => `${key}: ${value}`),
      )
      .map((lines) => lines.join('\n')),
  );
  holds('YAML of the configuration', yaml, (text) => parseConfigFile(text, 'config.yaml'), [ScalerError]);

  describe('at the running scaler', () => {
    const recorded = new RecordedLog();
    let scaler: Scaler;
    let prometheus: TestHttpServer;
    let answer = '';
    let keda: KedaStandIn;
    const metadata = { query: 'load', threshold: '10', ignoreNullValues: 'false' };

    before(async () => {
      prometheus = await startHttpServer((_request, response) => {
        response.setHeader('content-type', 'application/json').end(answer);
      });
      const config = loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
          SCALER_PLANNER_REFRESH: '1s',
        },
      });
      scaler = await startScaler(config, { log: recorded.log });
      keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    });
    after(async () => {
      keda.close();
      await scaler.stop();
      await prometheus.close();
    });

    it('shows label values with markup, control characters and right-to-left text safely', async () => {
      const evil = '<img src=x onerror=alert(1)>\u202E\u0007\n"} 1\nforged_metric 1';
      answer = JSON.stringify({
        status: 'success',
        data: {
          resultType: 'vector',
          result: ['a', 'b'].map((pod) => ({ metric: { evil, pod }, value: [1, '1'] })),
        },
      });
      const refusal = await refusalOf(metadata);
      assert.equal(refusal.code, status.FAILED_PRECONDITION);
      assert.ok(!hasControlCharacters(refusal.details), refusal.details);
      const scrape = await (await fetch(`http://127.0.0.1:${scaler.httpPort}/metrics`)).text();
      assert.doesNotMatch(scrape, /^forged_metric/m);
      for (const line of recorded.lines) assert.ok(!hasControlCharacters(line.msg), line.msg);
      results.push({
        what: 'label values with markup, control characters, right-to-left text',
        many: '1 answer through error, log and metrics',
        result: 'escaped everywhere, no line or series forged',
      });
    });

    it('does not read a million samples', async () => {
      const million = Array.from({ length: 1_000_000 }, (_, i) => `[${i},"1"]`).join();
      answer = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[${million}]}]}}`;
      const refusal = await refusalOf({ ...metadata, query: 'million' });
      assert.equal(refusal.code, status.UNAVAILABLE);
      assert.match(refusal.details, /more than \d+ bytes/);
      results.push({
        what: 'an answer of a million samples',
        many: `${(answer.length / 2 ** 20).toFixed(0)} MiB`,
        result: 'UNAVAILABLE, read no further than maxBodyBytes',
      });
    });

    it('stays up under any path and header', async () => {
      let tried = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.webPath(),
            nasty.map((text) => `/api/v1/${encodeURIComponent(Buffer.from(text).toString())}`),
            nasty.map((text) => `/${encodeURIComponent(Buffer.from(text).toString())}`),
          ),
          fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'),
          async (path, method) => {
            const response = await fetch(
              `http://127.0.0.1:${scaler.httpPort}${path.startsWith('/') ? path : `/${path}`}`,
              { method },
            );
            const text = await response.text();
            tried++;
            assert.ok(response.status < 500 || response.status === 501, `${response.status} for ${path}`);
            assert.doesNotMatch(text, stack);
          },
        ),
        { numRuns: Math.min(runs, 2000) },
      );
      results.push({
        what: 'HTTP paths and methods',
        many: `${tried} requests`,
        result: 'no 5xx, no stack trace',
      });
    });

    it('outlives garbage and half-open HTTP/2 on the gRPC port', async () => {
      let tried = 0;
      const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      const halfOpen: Socket[] = [];
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 512 }), fc.boolean(), async (bytes, isHttp2) => {
          const socket = connectTcp(scaler.grpcPort, '127.0.0.1');
          socket.on('error', () => {});
          await once(socket, 'connect');
          socket.write(isHttp2 ? Buffer.concat([preface, bytes]) : bytes);
          tried++;
          if (halfOpen.length < 100) halfOpen.push(socket);
          else socket.destroy();
        }),
        { numRuns: Math.min(runs, 1000) },
      );
      assert.equal((await keda.spec('app', 'apps', metadata)).targetPerReplica, 10);
      for (const socket of halfOpen) socket.destroy();
      results.push({
        what: 'garbage and half-open HTTP/2 on the gRPC port',
        many: `${tried} connections, 100 left open`,
        result: 'calls of others are answered',
      });
    });

    it('logged no fault of its own', () => {
      assert.deepEqual(
        recorded.lines.filter(({ level }) => level === 'error'),
        [],
      );
      assert.doesNotMatch(recorded.text, stack);
    });

    async function refusalOf(asked: Record<string, string>): Promise<ServiceError> {
      return await pollUntil('a refusal', async () => {
        try {
          await keda.read('app', 'apps', asked);
          return undefined;
        } catch (error) {
          return error as ServiceError;
        }
      });
    }
  });
});

/** Whether a text could break a line or a terminal, or turn the direction of what follows. */
function hasControlCharacters(text: string): boolean {
  return [...text].some((character) => character < ' ' || /\p{Bidi_Control}/u.test(character));
}
