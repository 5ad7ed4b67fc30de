import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../package-root.js';

const run = promisify(execFile);
const program = [join(packageRoot, 'dist/scaler/cli/main.js'), 'demo'];

describe('predictive-scaler demo', function () {
  this.timeout(60_000);

  it('says where to look, ends by itself with a summary, and exits with 0', async () => {
    const { stdout, stderr } = await run(process.execPath, [
      ...program,
      '--for',
      '2s',
      '--http',
      '127.0.0.1:0',
    ]);
    assert.match(stdout, /^The page: +http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.match(stdout, /^Wed 08:\d\d +shop +\d+ req\/s/m);
    assert.match(stdout, /This scaler: .* of overload instead of/);
    assert.equal(stderr, '');
  });

  it('takes a free port when the usual one is taken', async () => {
    const other = createServer().listen(8080, '127.0.0.1');
    // Somebody else may hold the port already: then it is taken as well.
    await Promise.race([once(other, 'listening'), once(other, 'error')]);
    const { stdout } = await run(process.execPath, [...program, '--for', '1s']);
    assert.match(stdout, /^The page: +http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.doesNotMatch(stdout, /127\.0\.0\.1:8080/);
    other.close();
  });

  it('refuses a wrong speed in one line', async () => {
    await assert.rejects(
      run(process.execPath, [...program, '--speed', 'fast']),
      ({ stderr, code }: { stderr: string; code: number }) =>
        code !== 0 && /^error: .*--speed.*\n/.test(stderr),
    );
  });
});
