import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FairQueue } from './fair-queue.js';

/** Tasks that end on demand, and those that have started. */
class Tasks {
  readonly started: string[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(readonly queue: FairQueue) {}

  async add(name: string, namespace: string, priority = 0, signal = new AbortController().signal) {
    const leave = await this.queue.enter({ namespace, priority }, signal);
    this.started.push(name);
    this.#ends.push(leave);
  }

  endNewest(): void {
    this.#ends.pop()!();
  }

  async endOldest(): Promise<void> {
    this.#ends.shift()!();
    await nextTurn();
  }
}

describe('the fair queue', () => {
  it('lets a newcomer go before the thousand tasks of another namespace', async () => {
    const tasks = new Tasks(new FairQueue(1));
    for (let i = 0; i < 1000; i++) void tasks.add(`noisy ${i}`, 'noisy');
    void tasks.add('quiet', 'quiet');
    await nextTurn();
    await tasks.endOldest();
    assert.deepEqual(tasks.started, ['noisy 0', 'quiet']);
  });

  it('keeps places free of a namespace whose tasks never end', async () => {
    const tasks = new Tasks(new FairQueue(8));
    for (let i = 0; i < 100; i++) void tasks.add('noisy', 'noisy', 1);
    void tasks.add('quiet', 'quiet', 1);
    await nextTurn();
    assert.deepEqual(tasks.started, ['noisy', 'noisy', 'noisy', 'noisy', 'noisy', 'noisy', 'quiet']);
  });

  it('keeps half of the places free of long work', async () => {
    const tasks = new Tasks(new FairQueue(8));
    for (let i = 0; i < 100; i++) void tasks.add('history', `namespace ${i}`);
    void tasks.add('now', 'namespace 0', 2);
    await nextTurn();
    assert.deepEqual(tasks.started, ['history', 'history', 'history', 'history', 'now']);
  });

  it('starves no namespace that asks for histories while others ask for the load now without end', async () => {
    // Two namespaces could fill all places of a larger queue between them; of a small one, one can.
    for (const [places, noisy] of [
      [1, ['noisy']],
      [3, ['noisy']],
      [8, ['noisy', 'accomplice']],
    ] as const) {
      const tasks = new Tasks(new FairQueue(places));
      for (let i = 0; i < 200; i++) for (const namespace of noisy) void tasks.add('now', namespace, 2);
      void tasks.add('history', 'quiet', 0);
      await nextTurn();
      for (let ended = 0; ended < 40 && !tasks.started.includes('history'); ended++) await tasks.endOldest();
      assert.ok(tasks.started.includes('history'), `${tasks.started.length} of others on ${places} places`);
    }
  });

  it('takes the urgent ones first, in the order in which they came', async () => {
    const tasks = new Tasks(new FairQueue(1));
    for (const [name, priority] of [
      ['first', 0],
      ['history', 0],
      ['recent', 1],
      ['now', 2],
      ['now too', 2],
    ] as const)
      void tasks.add(name, 'a', priority);
    await nextTurn();
    for (let i = 0; i < 4; i++) await tasks.endOldest();
    assert.deepEqual(tasks.started, ['first', 'now', 'now too', 'recent', 'history']);
  });

  it('starts a history and a recent step of a namespace after 16 looks at its load, when these come without end', async () => {
    for (const places of [1, 8]) {
      const tasks = new Tasks(new FairQueue(places));
      for (let i = 0; i < 200; i++) void tasks.add('now', 'a', 2);
      for (let i = 0; i < 50; i++) void tasks.add('history', 'a', 0);
      for (let i = 0; i < 50; i++) void tasks.add('recent', 'a', 1);
      // The looks that find a free place start before anything else waits: one, or three quarters of eight.
      const free = places === 1 ? 1 : 6;
      const round = [...Array(16).fill('now'), 'recent', 'history'];
      await nextTurn();
      for (let i = 0; i < 2 * round.length; i++) await tasks.endOldest();
      // The second round has 15: the history that went between counts for the recent step as a look does.
      const expected = [...round, ...round.slice(1)];
      assert.deepEqual(tasks.started.slice(free, free + expected.length), expected);
    }
  });

  it('starts no history out of turn while half of the places have long work', async () => {
    const tasks = new Tasks(new FairQueue(8));
    for (let i = 0; i < 5; i++) void tasks.add('history', `namespace ${i}`, 0);
    for (let i = 0; i < 5; i++) void tasks.add('history', 'a', 0);
    for (let i = 0; i < 40; i++) void tasks.add('now', 'a', 2);
    await nextTurn();
    // The four histories are the oldest: they go on, and the looks beside them take turns.
    for (let i = 0; i < 30; i++) {
      tasks.endNewest();
      await nextTurn();
    }
    assert.equal(tasks.started.filter((name) => name === 'history').length, 4);
  });

  it('rejects all that wait when it is cleared, and starts none of them', async () => {
    const tasks = new Tasks(new FairQueue(1));
    void tasks.add('first', 'a');
    const waiting = ['a', 'b', 'b'].map((namespace) => tasks.add('waiting', namespace));
    tasks.queue.clear(new Error('closed'));
    for (const each of waiting) await assert.rejects(each, /closed/);
    await tasks.endOldest();
    void tasks.add('last', 'a');
    await nextTurn();
    assert.deepEqual(tasks.started, ['first', 'last']);
  });

  it('forgets a task that is given up while it waits', async () => {
    const tasks = new Tasks(new FairQueue(1));
    const giveUp = new AbortController();
    void tasks.add('first', 'a');
    const given = tasks.add('given up', 'b', 0, giveUp.signal);
    giveUp.abort(new Error('no longer wanted'));
    await assert.rejects(given, /no longer wanted/);
    await tasks.endOldest();
    void tasks.add('last', 'a');
    await nextTurn();
    assert.deepEqual(tasks.started, ['first', 'last']);
  });
});
