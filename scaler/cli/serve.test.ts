import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { pollUntil } from '../test-support/poll-until.js';

/** The command as users start it, with everything it wrote. */
class Serve {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown>;
  out = '';
  err = '';

  constructor(environment: Record<string, string>, args: readonly string[] = []) {
    this.child = spawn(process.execPath, [join(packageRoot, 'dist/scaler/cli/main.js'), 'serve', ...args], {
      env: { PATH: process.env.PATH, SCALER_HTTP_ADDRESS: '127.0.0.1:0', ...environment },
    });
    this.#exited = once(this.child, 'exit');
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.out += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.err += text;
    });
  }

  async exit(): Promise<number | null> {
    await this.#exited;
    return this.child.exitCode;
  }
}

describe('predictive-scaler serve', () => {
  let serve: Serve | undefined;
  afterEach(async () => {
    serve?.child.kill('SIGKILL');
    await serve?.exit();
  });

  it('says where it serves, drains on SIGTERM and exits with 0', async () => {
    serve = new Serve({ SCALER_GRPC_ADDRESS: '127.0.0.1:0' });
    const started = await pollUntil('the line that says where it serves', () =>
      serve!.out.split('\n').find((line) => line.includes('the scaler serves')),
    );
    const { http } = JSON.parse(started) as { http: number };
    assert.equal((await fetch(`http://127.0.0.1:${http}/readyz`)).status, 200);
    serve.child.kill('SIGTERM');
    assert.equal(await serve.exit(), 0);
    assert.match(serve.out, /"msg":"stopped"/);
    assert.equal(serve.err, '');
  });

  it('ends in one line with 1 when the port is in use', async () => {
    const taken = await listening();
    const { port } = taken.address() as { port: number };
    serve = new Serve({ SCALER_GRPC_ADDRESS: `127.0.0.1:${port}` });
    assert.equal(await serve.exit(), 1);
    assert.match(serve.err, new RegExp(`^predictive-scaler: .*port ${port}.*EADDRINUSE.*\\n$`));
    taken.close();
  });

  it('ends in one line when a certificate cannot be read', async () => {
    serve = new Serve({
      SCALER_GRPC_ADDRESS: '127.0.0.1:0',
      SCALER_GRPC_CERT_FILE: '/nonexistent/tls.crt',
      SCALER_GRPC_KEY_FILE: '/nonexistent/tls.key',
    });
    assert.notEqual(await serve.exit(), 0);
    assert.match(serve.err, /^predictive-scaler: .*\/nonexistent\/tls\.(crt|key).*\n$/);
  });

  it('ends in one line when a setting is wrong', async () => {
    serve = new Serve({ SCALER_PLANNER_REFIT: 'often' });
    assert.equal(await serve.exit(), 2);
    assert.match(serve.err, /^predictive-scaler: .*SCALER_PLANNER_REFIT.*often.*\n$/);
  });
});

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
