import assert from 'node:assert/strict';
import { ChildProgram } from '../../test/support/child-program.js';
import { listenHttp } from './http-listener.js';

describe('the health check of the images', () => {
  const script = new URL('./health-check.js', import.meta.url);
  const check = async (environment: Record<string, string>, ...args: string[]) => {
    const program = new ChildProgram(script, environment, args);
    return { ...(await program.ended()), errorOutput: program.errorOutput };
  };

  it('ends with 0 while the program answers, on the port of its variable or the default', async () => {
    const paths: (string | undefined)[] = [];
    const listener = await listenHttp(
      (request, response) => {
        paths.push(request.url);
        response.end();
      },
      { host: '127.0.0.1', port: 0 },
    );
    const port = String(listener.port);
    assert.equal((await check({ METRICS_PORT: port }, 'METRICS_PORT', '1')).code, 0);
    assert.equal((await check({}, 'METRICS_PORT', port)).code, 0);
    assert.deepEqual(paths, ['/healthz', '/healthz']);
    await listener.close(0);
  });

  it('ends with 1 and the reason when the program is not there or not well', async () => {
    const listener = await listenHttp((_request, response) => response.writeHead(500).end(), {
      host: '127.0.0.1',
      port: 0,
    });
    const sick = await check({}, 'PORT', String(listener.port));
    assert.equal(sick.code, 1);
    assert.match(sick.errorOutput, /\/healthz: status 500/);
    await listener.close(0);
    assert.equal((await check({}, 'PORT', String(listener.port))).code, 1);
  });
});
