import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from '../../test/support/child-program.js';

/** Starts the command as users do. */
function start(environment: Record<string, string>): ChildProgram {
  const program = new URL('./main.js', import.meta.url);
  return new ChildProgram(program, { SCALER_HTTP_ADDRESS: '127.0.0.1:0', ...environment }, ['serve']);
}

describe('predictive-scaler serve', () => {
  let serve: ChildProgram | undefined;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'scaler-serve-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts the command with a configuration file. */
  function startWith(yaml: string): ChildProgram {
    const file = join(folder, 'scaler.yaml');
    writeFileSync(file, yaml);
    return start({ SCALER_GRPC_ADDRESS: '127.0.0.1:0', SCALER_CONFIG_FILE: file });
  }

  afterEach(async () => {
    serve?.kill('SIGKILL');
    await serve?.ended();
  });

  it('says where it serves, drains on SIGTERM and exits with 0', async () => {
    serve = start({ SCALER_GRPC_ADDRESS: '127.0.0.1:0' });
    const { http } = await serve.logged('the scaler serves');
    assert.equal((await fetch(`http://127.0.0.1:${http}/readyz`)).status, 200);
    assert.deepEqual(await serve.stop(), { code: 0, signal: null });
    await serve.logged('stopped');
    assert.equal(serve.errorOutput, '');
  });

  it('says at the start that without a source it refuses every trigger, and nothing where one may be named', async () => {
    const warnings = async (environment: Record<string, string>) => {
      serve = start({ SCALER_GRPC_ADDRESS: '127.0.0.1:0', ...environment });
      await serve.logged('the scaler serves');
      await serve.stop();
      return serve.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    };
    const [warning, ...others] = await warnings({});
    assert.match(
      warning!,
      /^there is no source of history, so every trigger is refused; set SCALER_PROMETHEUS_ADD/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(await warnings({ SCALER_ALLOWED_ADDRESSES: 'http://prometheus.monitoring:9090' }), []);
    assert.deepEqual(await warnings({ SCALER_PROMETHEUS_ADDRESS: 'http://prometheus.monitoring:9090' }), []);
  });

  it('ends in one line with 1 when the port is in use', async () => {
    const taken = await listening();
    const { port } = taken.address() as { port: number };
    serve = start({ SCALER_GRPC_ADDRESS: `127.0.0.1:${port}` });
    assert.equal((await serve.ended()).code, 1);
    assert.match(serve.errorOutput, new RegExp(`^predictive-scaler: .*port ${port}.*EADDRINUSE.*\\n$`));
    taken.close();
  });

  it('ends in one line when a certificate cannot be read', async () => {
    serve = start({
      SCALER_GRPC_ADDRESS: '127.0.0.1:0',
      SCALER_GRPC_CERT_FILE: '/nonexistent/tls.crt',
      SCALER_GRPC_KEY_FILE: '/nonexistent/tls.key',
    });
    assert.notEqual((await serve.ended()).code, 0);
    assert.match(serve.errorOutput, /^predictive-scaler: .*\/nonexistent\/tls\.(crt|key).*\n$/);
  });

  it('ends in one line when a file with the credentials of a source cannot be read', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    serve = startWith(`sources:
  named:
    a: {address: "http://a", bearer: {tokenFile: /nonexistent/token}}
    b: {address: "http://b", basic: {username: ann, passwordFile: ${empty}}}
    c: {address: "https://c", tls: {caFile: /nonexistent/ca.crt}}`);
    assert.equal((await serve.ended()).code, 2);
    assert.match(
      serve.errorOutput,
      /^predictive-scaler: configuration: sources\.named\.a\.bearer\.tokenFile: cannot read "\/nonexistent\/token" \(ENOENT\); sources\.named\.b\.basic\.passwordFile: the file ".*empty" is empty; sources\.named\.c\.tls\.caFile: cannot read "\/nonexistent\/ca\.crt" \(ENOENT\)\n$/,
    );
  });

  it('ends in one line when a calendar is of no place', async () => {
    serve = startWith('calendars: {a: {holidays: XX}}');
    assert.equal((await serve.ended()).code, 2);
    assert.match(serve.errorOutput, /^predictive-scaler: configuration: calendars\.a\.holidays: .*"XX".*\n$/);
    assert.deepEqual([serve.log, serve.output], [[], []]);
  });

  it('ends in one line when a setting is wrong', async () => {
    serve = start({ SCALER_PLANNER_REFIT: 'often' });
    assert.equal((await serve.ended()).code, 2);
    assert.match(serve.errorOutput, /^predictive-scaler: .*SCALER_PLANNER_REFIT.*often.*\n$/);
  });
});

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
