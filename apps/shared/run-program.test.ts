import assert from 'node:assert/strict';
import { ChildProgram } from '../../test/support/child-program.js';
import { OtlpReceiver } from '../../test/support/otlp-receiver.js';

const sample = new URL('../../test/support/sample-program.js', import.meta.url);
const loopback = { HOST: '127.0.0.1' };

describe('a program', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes its work on ${signal}, closes everything and ends with 0`, async () => {
      const program = new ChildProgram(sample, loopback);
      const url = await program.url('http');
      const answer = fetch(`${url}/slow`);
      await program.logged('working');
      program.kill(signal);
      assert.equal(await (await answer).text(), 'done');
      assert.deepEqual(await program.ended(), { code: 0, signal: null });
      assert.deepEqual(
        program.log.map(({ msg }) => msg),
        ['listening', 'started', 'working', 'stopping', 'stopped'],
      );
      assert.equal(program.errorOutput, '');
    });
  }

  it('writes its log as JSON with time, level word and service', async () => {
    const program = new ChildProgram(sample, loopback);
    const line = await program.logged('started');
    await program.stop();
    assert.match(String(line.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(line.level, 'info');
    assert.equal(line.service, 'sample');
    assert.equal(line.trace_id, undefined, 'no trace without an OTLP endpoint');
  });

  it('ends with 2 and plain sentences when its configuration is wrong', async () => {
    const program = new ChildProgram(sample, { ...loopback, PORT: 'http', LOG_LEVEL: 'loud' });
    assert.deepEqual(await program.ended(), { code: 2, signal: null });
    assert.equal(
      program.errorOutput,
      'LOG_LEVEL: received "loud"; expected one of trace, debug, info, warn, error, silent\n' +
        'PORT: received "http"; expected a whole number from 0 to 65535\n',
    );
  });

  it('ends with 2 when its port is taken', async () => {
    const first = new ChildProgram(sample, loopback);
    const { port } = new URL(await first.url('http'));
    const second = new ChildProgram(sample, { ...loopback, PORT: port });
    assert.deepEqual(await second.ended(), { code: 2, signal: null });
    assert.equal(
      second.errorOutput,
      `HTTP address 127.0.0.1, port ${port}: another process listens there; stop it or choose another port (EADDRINUSE)\n`,
    );
    await first.stop();
  });

  it('stops in order and ends with 1 when it cannot go on', async () => {
    const program = new ChildProgram(sample, { ...loopback, ENDING: 'by itself' });
    assert.deepEqual(await program.ended(), { code: 1, signal: null });
    const last = program.log.at(-1)!;
    assert.equal(last.level, 'fatal');
    assert.match(JSON.stringify(last.err), /the work cannot go on/);
  });

  it('sends its traces over OTLP when an endpoint is set, and names the trace in its log', async () => {
    const receiver = await OtlpReceiver.start();
    const program = new ChildProgram(sample, { ...loopback, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    await (await fetch(`${await program.url('http')}/slow`)).text();
    const { trace_id: traceId } = await program.logged('working');
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
    const server = receiver.spans.find(({ name }) => name === 'GET /slow');
    assert.ok(server, `no span of the request among ${receiver.spans.map(({ name }) => name)}`);
    assert.equal(server.service, 'sample');
    assert.equal(server.traceId, traceId);
    await receiver.close();
  });
});
