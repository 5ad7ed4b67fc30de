import assert from 'node:assert/strict';
import { systemClock } from './clock.js';

describe("the machine's clock", () => {
  it('never wakes a sleeper too early', async () => {
    for (let i = 0; i < 40; i++) {
      const wakeAtSeconds = systemClock.nowSeconds() + 0.0079;
      await systemClock.sleep(wakeAtSeconds - systemClock.nowSeconds());
      const earlySeconds = wakeAtSeconds - systemClock.nowSeconds();
      assert.ok(earlySeconds <= 0, `woke ${earlySeconds * 1000} ms early`);
    }
  });
});
