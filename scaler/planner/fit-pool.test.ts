import assert from 'node:assert/strict';
import type { FitOptions, Series } from '../forecast/index.js';
import { FitPool } from './fit-pool.js';
import { fitCompact } from './fit-worker.js';
import type { FitTurn } from './ports.js';

const options: FitOptions = { horizonSteps: 3, seasonality: 'auto', timezone: 'UTC' };

/** A turn of a namespace whose fits nobody gives up. */
function turnOf(namespace: string): FitTurn {
  return { namespace, signal: new AbortController().signal };
}
const turn = turnOf('shop');

function series(length = 600): Series {
  const values = Float64Array.from({ length }, (_, i) => 100 + 40 * Math.sin((2 * Math.PI * i) / 288));
  return { startSeconds: 0, stepSeconds: 300, values, peaks: values.map((value) => value + 1) };
}

describe('FitPool', () => {
  let pool: FitPool;
  beforeEach(() => {
    pool = new FitPool({ threads: 1, timeoutSeconds: 120, heapMebibytes: 256 });
  });
  afterEach(() => pool.close());

  it('gives the model that a fit in this thread gives', async () => {
    const model = await pool.fit(series, options, turn);
    assert.deepEqual(model, fitCompact(series(), options));
  });

  it('takes the series over, so that nothing is copied', async () => {
    const given = series();
    await pool.fit(() => given, options, turn);
    assert.equal(given.values.length, 0);
  });

  it('leaves the event loop free while it fits', async () => {
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    await pool.fit(() => series(20_000), options, turn);
    clearInterval(turning);
    // A fit on this thread would let none pass.
    assert.ok(turns > 0);
  });

  it('fails a fit that takes too long, and goes on with the next', async () => {
    const impatient = new FitPool({ threads: 1, timeoutSeconds: 0.001, heapMebibytes: 256 });
    await assert.rejects(
      impatient.fit(() => series(20_000), options, turn),
      /abort|timeout/i,
    );
    await impatient.close();
    assert.equal((await pool.fit(series, options, turn)).stage, 'daily');
  });

  it('fits for another namespace next, or as the one after, while 200 fits of one namespace wait', async () => {
    const order: string[] = [];
    const fit = async (namespace: string) => {
      await pool.fit(() => series(100), options, turnOf(namespace));
      order.push(namespace);
    };
    const noisy = Array.from({ length: 200 }, () => fit('noisy'));
    await noisy[0];
    const before = order.length;
    await fit('quiet');
    const ahead = order.length - 1 - before;
    assert.ok(ahead <= 2, `${ahead} fits of the noisy namespace went ahead`);
    await Promise.all(noisy);
    assert.equal(order.length, 201);
  });

  it('takes no series for a fit that is given up while it waits', async () => {
    const giveUp = new AbortController();
    const first = pool.fit(series, options, turn);
    let taken = 0;
    const second = pool.fit(
      () => {
        taken++;
        return series();
      },
      options,
      { namespace: 'shop', signal: giveUp.signal },
    );
    giveUp.abort(new Error('the trigger is gone'));
    await assert.rejects(second, /the trigger is gone/);
    await first;
    await pool.fit(series, options, turn);
    assert.equal(taken, 0);
  });

  it('rejects what waits when it is closed', async () => {
    const fits = Array.from({ length: 3 }, () => pool.fit(() => series(20_000), options, turn));
    const outcomes = Promise.allSettled(fits);
    await pool.close();
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
  });

  it('fails a fit with an error when its input is wrong', async () => {
    await assert.rejects(pool.fit(series, { ...options, timezone: 'Mars/Olympus' }, turn), RangeError);
  });
});
