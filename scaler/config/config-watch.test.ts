import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../test-support/manual-clock.js';
import { watchConfig } from './config-watch.js';
import { loadConfig } from './load.js';

describe('watchConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
  const file = join(folder, 'config.yaml');
  after(() => rmSync(folder, { recursive: true }));

  it('keeps the configuration of the start and says once that the file broke, changed, and is well again', async () => {
    const sound = 'planner: {refit: 2h}\n';
    writeFileSync(file, sound);
    const origin = { environment: {}, file };
    const clock = new ManualClock(0);
    const lines: string[] = [];
    const stop = new AbortController();
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const watching = watchConfig(origin, loadConfig(origin), { clock, log, signal: stop.signal });

    await clock.advance(60);
    assert.deepEqual(lines, []);
    writeFileSync(file, 'planner: {refit: often}\n');
    await clock.advance(60);
    writeFileSync(file, 'planner: {refit: 3h}\n');
    await clock.advance(60);
    rmSync(file);
    await clock.advance(60);
    writeFileSync(file, sound);
    await clock.advance(60);
    stop.abort();
    await watching;

    assert.equal(lines.length, 4, lines.join('\n'));
    assert.match(
      lines[0]!,
      /would not be accepted.*config\.yaml:1:11: planner\.refit: received "often".*stays in use/,
    );
    assert.match(lines[1]!, /has changed and is sound; restart the scaler to use it; .* stays in use/);
    assert.match(lines[2]!, /cannot read the configuration file/);
    assert.match(lines[3]!, /again what the scaler was started with/);
  });
});
