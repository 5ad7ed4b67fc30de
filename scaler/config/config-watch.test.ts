import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../test/support/manual-clock.js';
import { watchConfig } from './config-watch.js';
import { type ConfigOrigin, loadConfig } from './load.js';

describe('watchConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
  const file = join(folder, 'config.yaml');
  after(() => rmSync(folder, { recursive: true }));

  it('keeps the configuration of the start and says once that the file broke, changed, and is well again', async () => {
    const sound = 'planner: {refit: 2h}\n';
    writeFileSync(file, sound);
    const { look, lines, stop } = watch({ environment: {}, file });

    await look();
    assert.deepEqual(lines, []);
    writeFileSync(file, 'planner: {refit: often}\n');
    await look();
    writeFileSync(file, 'planner: {refit: 3h}\n');
    await look();
    writeFileSync(file, 'planner: {refit: [3h\n');
    await look();
    rmSync(file);
    await look();
    writeFileSync(file, sound);
    await look();
    await stop();

    assert.equal(lines.length, 5, lines.join('\n'));
    assert.match(
      lines[0]!,
      /would not be accepted.*config\.yaml:1:11: planner\.refit: received "often".*stays in use/,
    );
    assert.match(lines[1]!, /has changed and is sound; restart the scaler to use it; .* stays in use/);
    assert.match(lines[2]!, /would not be accepted.*config\.yaml:\d:\d+: .*stays in use/);
    assert.match(lines[3]!, /cannot read the configuration file/);
    assert.match(lines[4]!, /again what the scaler was started with/);
  });

  it('follows the symbolic links that Kubernetes swaps when a ConfigMap changes', async () => {
    const mounted = join(folder, 'mounted');
    // A mounted file is a link into ..data, which is a link to a folder of one version.
    for (const [version, refit] of [
      ['..1', '1h'],
      ['..2', '3h'],
    ] as const) {
      mkdirSync(join(mounted, version), { recursive: true });
      writeFileSync(join(mounted, version, 'config.yaml'), `planner: {refit: ${refit}}\n`);
    }
    symlinkSync('..1', join(mounted, '..data'));
    symlinkSync('..data/config.yaml', join(mounted, 'config.yaml'));
    const { look, lines, stop } = watch({ environment: {}, file: join(mounted, 'config.yaml') });
    await look();
    assert.deepEqual(lines, []);

    for (const version of ['..2', '..1']) {
      symlinkSync(version, join(mounted, '..new'));
      renameSync(join(mounted, '..new'), join(mounted, '..data'));
      await look();
    }
    await stop();
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0]!, /has changed and is sound/);
    assert.match(lines[1]!, /again what the scaler was started with/);
  });

  it('says that a secret in the file has changed, without showing it', async () => {
    writeFileSync(file, 'http: {token: old-hush}\n');
    const { look, lines, stop } = watch({ environment: {}, file });
    writeFileSync(file, 'http: {token: new-hush}\n');
    await look();
    await stop();
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /has changed and is sound/);
    assert.doesNotMatch(lines[0]!, /hush/);
  });

  it('says nothing of a secret in a file of its own that was rotated, and says that one is gone', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'old-hush');
    writeFileSync(file, `http: {tokenFile: ${tokenFile}}\n`);
    const { look, lines, stop } = watch({ environment: {}, file });
    writeFileSync(tokenFile, 'new-hush');
    await look();
    // Its user reads it again.
    assert.deepEqual(lines, []);
    rmSync(tokenFile);
    await look();
    await stop();
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /would not be accepted at a restart: .*http\.tokenFile: cannot read .*ENOENT/);
  });

  /** Watches the configuration that lies there now; `look` lets time pass for several looks at it. */
  function watch(origin: ConfigOrigin) {
    const clock = new ManualClock(0);
    const lines: string[] = [];
    const stopping = new AbortController();
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const watching = watchConfig(origin, loadConfig(origin), { clock, log, signal: stopping.signal });
    return {
      lines,
      look: () => clock.advance(60),
      stop: async () => {
        stopping.abort();
        await watching;
      },
    };
  }
});
