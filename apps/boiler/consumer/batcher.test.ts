import assert from 'node:assert/strict';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { Batcher } from './batcher.js';

function collecting(options: { maxItems: number; maxWaitMilliseconds: number }) {
  const batches: number[][] = [];
  let release: () => void = () => {};
  let blocked: Promise<void> | undefined;
  const batcher = new Batcher<number>({
    ...options,
    async work(batch) {
      batches.push([...batch]);
      await blocked;
    },
  });
  return {
    batcher,
    batches,
    block() {
      blocked = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => release(),
  };
}

describe('the batcher', () => {
  it('makes full batches in the order of arrival', async () => {
    const { batcher, batches } = collecting({ maxItems: 3, maxWaitMilliseconds: 60_000 });
    for (let item = 1; item <= 7; item++) batcher.add(item);
    await batcher.finish();
    assert.deepEqual(batches, [[1, 2, 3], [4, 5, 6], [7]]);
  });

  it('does not wait longer than its limit for a batch to fill', async () => {
    const { batcher, batches } = collecting({ maxItems: 100, maxWaitMilliseconds: 20 });
    batcher.add(1);
    await pollUntil('the batch of one', () => batches.length === 1);
    assert.deepEqual(batches, [[1]]);
  });

  it('works on one batch at a time while the next one fills', async () => {
    const { batcher, batches, block, release } = collecting({ maxItems: 2, maxWaitMilliseconds: 60_000 });
    block();
    for (let item = 1; item <= 5; item++) batcher.add(item);
    assert.deepEqual(batches, [[1, 2]]);
    release();
    await batcher.finish();
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
  });

  it('does not hurry a small batch because another one was worked on meanwhile', async () => {
    const { batcher, batches, block, release } = collecting({ maxItems: 2, maxWaitMilliseconds: 60_000 });
    block();
    for (let item = 1; item <= 3; item++) batcher.add(item);
    release();
    await new Promise(setImmediate);
    assert.deepEqual(batches, [[1, 2]]);
    batcher.add(4);
    assert.deepEqual(batches, [
      [1, 2],
      [3, 4],
    ]);
    await batcher.finish();
  });

  it('takes nothing more after a batch failed', async () => {
    const seen: number[][] = [];
    const batcher = new Batcher<number>({
      maxItems: 1,
      maxWaitMilliseconds: 0,
      work: async (batch) => {
        seen.push([...batch]);
        throw new Error('no');
      },
    });
    batcher.add(1);
    batcher.add(2);
    await batcher.finish();
    batcher.add(3);
    await batcher.finish();
    assert.deepEqual(seen, [[1]]);
  });

  it('forgets what waits when it is stopped', async () => {
    const { batcher, batches } = collecting({ maxItems: 10, maxWaitMilliseconds: 5 });
    batcher.add(1);
    batcher.stop();
    await batcher.finish();
    assert.deepEqual(batches, []);
  });
});
