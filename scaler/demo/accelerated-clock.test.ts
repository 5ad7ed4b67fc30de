import assert from 'node:assert/strict';
import { AcceleratedClock } from './accelerated-clock.js';

describe('AcceleratedClock', () => {
  it('lets an hour pass in far less', async () => {
    const clock = new AcceleratedClock(1_000_000, 360_000);
    const startedAt = performance.now();
    await clock.sleep(3600);
    assert.ok(clock.nowSeconds() >= 1_003_600);
    assert.ok(performance.now() - startedAt < 3_600_000);
  });

  it('stands still while paused and then goes on for those who sleep', async () => {
    const clock = new AcceleratedClock(0, 1000);
    clock.pause();
    const pausedAt = clock.nowSeconds();
    let hasWoken = false;
    const sleeping = clock.sleep(1).then(() => {
      hasWoken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(clock.nowSeconds(), pausedAt);
    assert.equal(hasWoken, false);
    clock.resume();
    await sleeping;
    assert.ok(clock.nowSeconds() >= pausedAt + 1);
  });

  it('wakes those who sleep by the new speed', async () => {
    const clock = new AcceleratedClock(0, 0.001);
    const sleeping = clock.sleep(60);
    clock.setSpeed(1_000_000);
    await sleeping;
    assert.ok(clock.nowSeconds() >= 60);
  });

  it('goes no further than its limit and wakes those beyond it when that is raised', async () => {
    const clock = new AcceleratedClock(0, 1_000_000);
    clock.limitTo(10);
    await clock.sleepUntil(10);
    assert.equal(clock.nowSeconds(), 10);
    const sleeping = clock.sleepUntil(20);
    clock.limitTo(20);
    await sleeping;
    assert.equal(clock.nowSeconds(), 20);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const clock = new AcceleratedClock(0, 0.001);
    const stopping = new AbortController();
    const sleeping = clock.sleep(60, stopping.signal);
    stopping.abort(new Error('enough'));
    await assert.rejects(sleeping, /enough/);
    await assert.rejects(clock.sleep(1, stopping.signal), /enough/);
  });
});
