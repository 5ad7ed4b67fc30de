import assert from 'node:assert/strict';
import { ChildProgram } from '../../test/support/child-program.js';
import { assertReadmeListsMetrics, assertReadmeListsVariables } from '../../test/support/readme.js';
import { helloMetricsVariables } from './variables.js';

describe('hello-metrics', () => {
  const program = () =>
    new ChildProgram(new URL('./main.js', import.meta.url), { HOST: '127.0.0.1', PORT: '0' });

  it('greets, counts its greetings, and stops cleanly', async () => {
    const hello = program();
    const url = await hello.url('http');
    for (let request = 0; request < 3; request++)
      assert.equal(await (await fetch(url)).text(), 'Olá, mundo!');
    for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(url + path)).status, 200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(
      metrics,
      /^app_requests_total\{app="hello-metrics",endpoint="\/",method="GET",status="200"\} 3$/m,
    );
    assertReadmeListsMetrics('hello-metrics', metrics);
    assert.deepEqual(await hello.stop(), { code: 0, signal: null });
  });

  it('lists its variables in its README', () => {
    assertReadmeListsVariables('hello-metrics', helloMetricsVariables);
  });
});
