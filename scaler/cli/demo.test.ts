import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { runCommand } from '../../test/support/run-command.js';

const demo = (...options: string[]) => runCommand(['demo', ...options]);

describe('predictive-scaler demo', () => {
  it('says where to look, ends by itself with a summary, and exits with 0', async () => {
    const { code, stdout, stderr } = await demo('--for', '2s', '--http', '127.0.0.1:0');
    assert.equal(code, 0);
    assert.match(stdout, /^The page: +http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.match(stdout, /^Wed 08:\d\d +shop +\d+ req\/s/m);
    assert.match(stdout, /This scaler: .* of overload instead of/);
    assert.equal(stderr, '');
  });

  it('takes a free port when the usual one is taken', async () => {
    const other = createServer().listen(8080, '127.0.0.1');
    // Somebody else may hold the port already: then it is taken as well.
    await Promise.race([once(other, 'listening'), once(other, 'error')]);
    const { code, stdout } = await demo('--for', '1s');
    assert.equal(code, 0);
    assert.match(stdout, /^The page: +http:\/\/127\.0\.0\.1:\d+\/$/m);
    assert.doesNotMatch(stdout, /127\.0\.0\.1:8080/);
    other.close();
  });

  it('serves every interface where the address has no host', async () => {
    const { code, stdout } = await demo('--for', '1s', '--http', ':0');
    assert.equal(code, 0);
    assert.match(stdout, /^The page: +http:\/\/localhost:\d+\/$/m);
  });

  it('refuses a wrong address in one line', async () => {
    const { code, stderr } = await demo('--http', '8080');
    assert.equal(code, 2);
    assert.match(stderr, /^predictive-scaler: --http: received "8080"; expected `host:port`, .*\n$/);
  });

  it('refuses a wrong speed in one line', async () => {
    const { code, stderr } = await demo('--speed', 'fast');
    assert.notEqual(code, 0);
    assert.match(stderr, /^error: .*--speed.*\n/);
  });
});
