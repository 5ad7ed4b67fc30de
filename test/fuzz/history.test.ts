import assert from 'node:assert/strict';
import { Sources } from '../../scaler/history/sources.js';
import { sourcesSchema } from '../../scaler/prometheus/source-config.js';
import { startHttpServer, type TestHttpServer } from '../support/http-server.js';
import { tell, timeoutMilliseconds } from './fuzz.js';

const NOW_SECONDS = 1_772_409_600;
const SAMPLES = 1_000_000;
/** Steps of five minutes that are asked for: 500 samples lie in each. */
const STEPS = 2000;

describe('bad input from a source', function () {
  this.timeout(timeoutMilliseconds);
  let prometheus: TestHttpServer;
  let answer = '';

  before(async () => {
    // The last of the samples of each step lies on the grid that was asked for, the others in between.
    const values = Array.from({ length: SAMPLES }, (_, i) => {
      const seconds = NOW_SECONDS - (SAMPLES - 1 - i) * 0.6;
      return `[${seconds.toFixed(1)},"${i}"]`;
    });
    answer = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[${values}]}]}}`;
    prometheus = await startHttpServer((request, response) => {
      request.resume().once('end', () => response.setHeader('content-type', 'application/json').end(answer));
    });
  });
  after(() => prometheus.close());

  /** Reads the history through the real fetch path into a window. */
  async function read(limits: object): Promise<Float64Array> {
    const sources = new Sources(
      sourcesSchema.parse({
        named: { main: { address: prometheus.address, retries: 0, ...limits } },
        default: 'main',
      }),
    );
    const window = sources.window({
      source: { kind: 'named', name: 'main' },
      query: 'load',
      stepSeconds: 300,
      historySeconds: STEPS * 300,
    });
    try {
      await window.refresh(NOW_SECONDS + 60);
      return window.series().values;
    } finally {
      window.release();
      await sources.close();
    }
  }

  it('is read no further than maxBodyBytes: a million samples', async () => {
    await assert.rejects(read({}), {
      kind: 'unavailable',
      message: /sent an answer of more than 4194304 bytes/,
    });
    tell(
      'an answer of a million samples',
      `${(answer.length / 2 ** 20).toFixed(0)} MiB`,
      'UNAVAILABLE with the reason, read no further than maxBodyBytes',
    );
  });

  it('fills no more than the window: a million samples that the operator allows', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const began = performance.now();
    const values = await read({ maxBodyBytes: 64 * 2 ** 20, timeout: '60s' });
    const seconds = (performance.now() - began) / 1000;
    assert.equal(values.length, STEPS);
    values.forEach((value, step) => {
      assert.equal(value, 500 * (step + 1) - 1);
    });
    assert.ok(process.memoryUsage().arrayBuffers - before < 256 * 2 ** 20);
    tell(
      'an answer of a million samples, where maxBodyBytes allows it',
      `${(answer.length / 2 ** 20).toFixed(0)} MiB for each statistic`,
      `a window of ${STEPS} steps in ${seconds.toFixed(1)} s`,
    );
  });
});
