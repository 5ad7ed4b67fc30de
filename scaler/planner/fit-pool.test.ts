import assert from 'node:assert/strict';
import type { FitOptions, Series } from '../forecast/index.js';
import { FitPool } from './fit-pool.js';
import { fitPacked, unpackModel } from './packed-model.js';

const options: FitOptions = { horizonSteps: 3, seasonality: 'auto', timezone: 'UTC' };

function series(length = 600): Series {
  const values = Float64Array.from({ length }, (_, i) => 100 + 40 * Math.sin((2 * Math.PI * i) / 288));
  return { startSeconds: 0, stepSeconds: 300, values, peaks: values.map((value) => value + 1) };
}

describe('FitPool', () => {
  let pool: FitPool;
  beforeEach(() => {
    pool = new FitPool({ threads: 1, timeoutSeconds: 20, heapMebibytes: 256 });
  });
  afterEach(() => pool.close());

  it('gives the model that a fit in this thread gives', async () => {
    const model = unpackModel(await pool.fit(series, options));
    assert.deepEqual(model, unpackModel(fitPacked(series(), options)));
  });

  it('takes the series over, so that nothing is copied', async () => {
    const given = series();
    await pool.fit(() => given, options);
    assert.equal(given.values.length, 0);
  });

  it('leaves the event loop free while it fits', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    await pool.fit(() => series(20_000), options);
    clearInterval(turning);
    assert.ok(turns > 3, `${turns} turns of the event loop during the fit`);
  });

  it('fails a fit that takes too long, and goes on with the next', async () => {
    const impatient = new FitPool({ threads: 1, timeoutSeconds: 0.001, heapMebibytes: 256 });
    await assert.rejects(
      impatient.fit(() => series(20_000), options),
      /abort|timeout/i,
    );
    await impatient.close();
    assert.equal(unpackModel(await pool.fit(series, options)).stage, 'daily');
  });

  it('fails a fit with an error when its input is wrong', async () => {
    await assert.rejects(pool.fit(series, { ...options, timezone: 'Mars/Olympus' }), RangeError);
  });
});
