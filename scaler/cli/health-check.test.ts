import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../test/support/child-program.js';
import { startHttpServer, type TestHttpServer } from '../../test/support/http-server.js';

/** Runs the command as the image's HEALTHCHECK does; what it says on the error stream, and its exit code. */
async function health(environment: Record<string, string>): Promise<[code: number | null, told: string]> {
  const program = new ChildProgram(new URL('./health-check.js', import.meta.url), environment);
  const { code } = await program.ended();
  return [code, program.errorOutput];
}

describe('the health check of the image', () => {
  let server: TestHttpServer;
  let status = 200;
  const asked: (string | undefined)[] = [];

  before(async () => {
    server = await startHttpServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end();
    });
  });
  after(() => server.close());

  it('asks the address that serve would listen on, from the environment or the file', async () => {
    assert.deepEqual(await health({ SCALER_HTTP_ADDRESS: `0.0.0.0:${server.port}` }), [0, '']);
    const folder = mkdtempSync(join(tmpdir(), 'scaler-health-'));
    const file = join(folder, 'scaler.yaml');
    writeFileSync(file, `http: { address: ":${server.port}" }\n`);
    assert.deepEqual(await health({ SCALER_CONFIG_FILE: file }), [0, '']);
    rmSync(folder, { recursive: true });
    assert.deepEqual(asked, ['/healthz', '/healthz']);
  });

  it('says in one line what is wrong, and ends with 1', async () => {
    status = 503;
    assert.deepEqual(await health({ SCALER_HTTP_ADDRESS: `127.0.0.1:${server.port}` }), [
      1,
      `http://127.0.0.1:${server.port}/healthz answers 503\n`,
    ]);
    const [code, told] = await health({ SCALER_HTTP_ADDRESS: '127.0.0.1:1' });
    assert.equal(code, 1);
    assert.match(told, /^http:\/\/127\.0\.0\.1:1\/healthz does not answer: .+\n$/);
  });
});
