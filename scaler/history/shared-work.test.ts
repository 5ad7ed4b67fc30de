import assert from 'node:assert/strict';
import { SharedWork } from './shared-work.js';

/** Work whose end the test decides, and that ends when its signal is aborted. */
function controlledWork() {
  let succeed: (value: number) => void = () => {};
  let signal: AbortSignal | undefined;
  const work = new SharedWork<number>((given) => {
    signal = given;
    return new Promise((resolve, reject) => {
      succeed = resolve;
      given.addEventListener('abort', () => reject(given.reason));
    });
  });
  return { work, succeed: (value: number) => succeed(value), isAborted: () => signal!.aborted };
}

describe('SharedWork', () => {
  it('gives every caller the same result', async () => {
    const { work, succeed } = controlledWork();
    const callers = [work.join(), work.join(new AbortController().signal)];
    succeed(7);
    assert.deepEqual(await Promise.all(callers), [7, 7]);
    assert.equal(work.isRunning, false);
  });

  it('goes on for the others when one caller gives up', async () => {
    const { work, succeed, isAborted } = controlledWork();
    const leaving = new AbortController();
    const left = work.join(leaving.signal);
    const stays = work.join();
    leaving.abort(new Error('no longer interested'));
    await assert.rejects(left, /no longer interested/);
    assert.equal(isAborted(), false);
    succeed(7);
    assert.equal(await stays, 7);
  });

  it('is aborted when the last caller gives up', async () => {
    const { work, isAborted } = controlledWork();
    const leaving = [new AbortController(), new AbortController()];
    const callers = leaving.map((controller) => work.join(controller.signal));
    for (const controller of leaving) controller.abort();
    for (const caller of callers) await assert.rejects(caller, { name: 'AbortError' });
    assert.equal(isAborted(), true);
    assert.equal(work.isRunning, false);
    assert.equal(work.hasFailed, true);
  });

  it('gives its failure to every caller', async () => {
    const work = new SharedWork(() => Promise.reject(new Error('no answer')));
    await Promise.all([work.join(), work.join()].map((caller) => assert.rejects(caller, /no answer/)));
    assert.equal(work.hasFailed, true);
  });
});
