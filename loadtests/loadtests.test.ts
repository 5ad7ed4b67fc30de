import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type handleUnaryCall, loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { PrometheusServer } from '../apps/local-stack/servers/prometheus-server.js';
import { usualLoad } from '../apps/shared/weekly-load.js';
import { packageRoot } from '../scaler/shared/package-root.js';
import { ChildProgram } from '../test/support/child-program.js';
import { ScalerProcess } from '../test/support/scaler-process.js';

const folder = join(packageRoot, 'loadtests');
const k6 = [join(packageRoot, '.tools/k6'), 'k6'].find(
  (command) => spawnSync(command, ['version']).status === 0,
);

/** k6's exit code when a threshold is broken. */
const THRESHOLDS_BROKEN = 99;

interface Summary {
  metrics: Record<string, { count: number; passes: number; fails: number }>;
}

/** Runs a script with variables and gives its exit code, its printed output and its end-of-test summary. */
async function run(script: string, variables: Record<string, string>) {
  const temporary = await mkdtemp(join(tmpdir(), 'k6-'));
  const summaryFile = join(temporary, 'summary.json');
  const settings = Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const child = spawn(
    k6!,
    [
      'run',
      '--quiet',
      '--no-usage-report',
      '--summary-export',
      summaryFile,
      ...settings,
      join(folder, script),
    ],
    // k6 opens an API on a fixed port by default.
    { env: { PATH: process.env.PATH, HOME: temporary, K6_ADDRESS: '127.0.0.1:0' } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  const [code] = (await once(child, 'close')) as [number];
  const summary = existsSync(summaryFile)
    ? (JSON.parse(await readFile(summaryFile, 'utf8')) as Summary)
    : undefined;
  await rm(temporary, { recursive: true, force: true });
  return { code, output, metrics: summary?.metrics ?? {} };
}

describe('the load tests', () => {
  before(function () {
    if (k6 === undefined) this.skip();
  });

  describe('on the request chain', () => {
    const running: ChildProgram[] = [];
    afterEach(() => Promise.all(running.splice(0).map((program) => program.stop())));

    async function service(environment: Record<string, string>): Promise<string> {
      const program = new ChildProgram(new URL('../apps/telemetry/main.js', import.meta.url), {
        HOST: '127.0.0.1',
        PORT: '0',
        METRICS_PORT: '0',
        ...environment,
      });
      running.push(program);
      return program.url('http');
    }

    it('load-test.js passes on a healthy chain and sends both kinds of request', async () => {
      const next = await service({ APP_NAME: 'app-b' });
      const first = await service({ APP_NAME: 'app-a', APP_URL_DESTINO: next });
      const { code, output, metrics } = await run('load-test.js', {
        // As people copy it from a browser.
        BASE_URL: `${first}/`,
        PEAK_PER_SECOND: '80',
        STAGE_SECONDS: '0.25',
      });
      // On a busy machine it may be late; nothing else may have gone wrong.
      const [, crossed = ''] = /thresholds on metrics '([^']*)'/.exec(output) ?? [];
      const wrong = crossed
        .split(', ')
        .filter((name) => !['', 'dropped_iterations', 'http_req_duration'].includes(name));
      assert.deepEqual(wrong, [], output);
      assert.ok(code === 0 || crossed !== '', output);
      // The stages' mean rates over 0.25 s each: (4.5 + 8 + 24 + 40 + 40 + 60 + 80 + 80 + 40) / 4, about 94 requests.
      const requests = metrics.http_reqs!.count;
      assert.ok(requests > 60 && requests < 120, `${requests} requests`);
      assert.equal(metrics.checks!.fails, 0);
      const exposition = await (await fetch(`${await running[0]!.url('metrics')}/metrics`)).text();
      assert.match(exposition, /app_requests_total\{app="app-b",endpoint="\/process",/);
    });

    it('load-test.js fails when the service fails too often', async () => {
      const url = await service({ APP_ERRORS: '50' });
      const { code, output } = await run('load-test.js', {
        BASE_URL: url,
        PEAK_PER_SECOND: '20',
        STAGE_SECONDS: '0.2',
      });
      assert.equal(code, THRESHOLDS_BROKEN, output);
      assert.match(output, /thresholds on metrics '.*http_req_failed.*' have been crossed/);
    });

    it('realistic-load.js sends a compressed day as the curve says', async () => {
      const [peakPerSecond, daySeconds] = [80, 3];
      const { code, output, metrics } = await run('realistic-load.js', {
        BASE_URL: await service({}),
        PEAK_PER_SECOND: String(peakPerSecond),
        DAYS: '1',
        DAY_MINUTES: String(daySeconds / 60),
        START_DAY: 'wednesday',
      });
      assert.equal(code, 0, output);
      const halfHours = Array.from({ length: 48 }, (_, index) => usualLoad(3, index / 2));
      const expected =
        (daySeconds * peakPerSecond * halfHours.reduce((sum, load) => sum + load, 0)) / halfHours.length;
      const requests = metrics.http_reqs!.count;
      assert.ok(Math.abs(requests / expected - 1) < 0.15, `${requests} requests, expected about ${expected}`);
    });

    it('a wrong setting is named before anything is sent', async () => {
      const { code, output } = await run('realistic-load.js', { START_DAY: 'someday' });
      assert.notEqual(code, 0);
      assert.match(output, /START_DAY is \\?"someday\\?": expected one of sunday, monday/);
      const second = await run('load-test.js', { PEAK_PER_SECOND: '-1' });
      assert.match(second.output, /PEAK_PER_SECOND is \\?"-1\\?": expected a number above 0/);
    });
  });

  it('scaler-grpc.js calls at the rate of KEDA and the HPA, for each trigger', async () => {
    const scaler = await startScalerDouble();
    try {
      const { code, output } = await run('scaler-grpc.js', {
        SCALER_ADDRESS: scaler.address,
        TRIGGERS: '50',
        WARM_UP_SECONDS: '1',
        DURATION_SECONDS: '4',
        P99_MILLISECONDS: '500',
      });
      assert.equal(code, 0, output);
      // 50 triggers, each read once per 15 s and once per 30 s: 5 reads per second, 25 in the 5 s.
      for (const method of ['GetMetricSpec', 'GetMetrics', 'IsActive'])
        assert.ok(Math.abs(scaler.calls(method) - 25) <= 2, `${scaler.calls(method)} calls of ${method}`);
      assert.ok(scaler.triggers() >= 18, 'one after the other, every trigger is asked about');
    } finally {
      scaler.close();
    }
  });

  it('scaler-grpc.js passes on the real scaler, which answers from memory', async () => {
    const prometheus = await PrometheusServer.start();
    let scaler: ScalerProcess | undefined;
    try {
      scaler = await ScalerProcess.start({ SCALER_PROMETHEUS_ADDRESS: prometheus.address });
      const { code, output, metrics } = await run('scaler-grpc.js', {
        SCALER_ADDRESS: scaler.grpcAddress,
        TRIGGERS: '20',
        QUERY: 'vector(42)',
        POLL_SECONDS: '6',
        SYNC_SECONDS: '3',
        // A busy machine is late with first calls, and those wait for a history.
        WARM_UP_SECONDS: '8',
        DURATION_SECONDS: '2',
        P99_MILLISECONDS: '500',
      });
      assert.equal(code, 0, output);
      // Ten reads per second, of three checks each.
      assert.ok(metrics['checks{scenario:keda}']!.passes >= 3 * 18, JSON.stringify(metrics));
    } finally {
      await scaler?.stop();
      await prometheus.close();
    }
  });

  it('scaler-grpc.js does not count the first call of each trigger, which waits for its history', async () => {
    const scaler = await startScalerDouble({ firstCallMilliseconds: 1000 });
    try {
      const { code, output } = await run('scaler-grpc.js', {
        SCALER_ADDRESS: scaler.address,
        TRIGGERS: '8',
        POLL_SECONDS: '2',
        SYNC_SECONDS: '2',
        WARM_UP_SECONDS: '3',
        DURATION_SECONDS: '1',
        P99_MILLISECONDS: '500',
      });
      assert.equal(code, 0, output);
      assert.equal(scaler.triggers(), 8);
    } finally {
      scaler.close();
    }
  });

  it('scaler-grpc.js fails when no scaler listens', async () => {
    const { code, output } = await run('scaler-grpc.js', {
      SCALER_ADDRESS: '127.0.0.1:1',
      WARM_UP_SECONDS: '1',
      DURATION_SECONDS: '1',
    });
    assert.equal(code, THRESHOLDS_BROKEN, output);
    assert.match(output, /SCALER_ADDRESS is \\?"127\.0\.0\.1:1\\?": .*connection refused/);
  });

  it('scaler-grpc.js fails when a call is answered with an error', async () => {
    const scaler = await startScalerDouble({ failing: 'GetMetrics' });
    try {
      const { code, output } = await run('scaler-grpc.js', {
        SCALER_ADDRESS: scaler.address,
        TRIGGERS: '40',
        WARM_UP_SECONDS: '1',
        DURATION_SECONDS: '1',
      });
      assert.equal(code, THRESHOLDS_BROKEN, output);
      assert.match(output, /GetMetrics: .*no history yet/);
    } finally {
      scaler.close();
    }
  });
});

describe('the README of the load tests', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const script of ['load-test.js', 'realistic-load.js', 'scaler-grpc.js']) {
    it(`lists the variables of ${script} with their defaults`, () => {
      const source = readFileSync(join(folder, script), 'utf8');
      const read = [...source.matchAll(/(?:positiveNumber|text)\('(\w+)', (?:'([^\n]*?)'|([\d.]+))\)/g)].map(
        ([, name, word, number]) => [name, word ?? number],
      );
      const section = readme.split(`## ${script}`)[1]!.split('\n## ')[0]!;
      const listed = [...section.matchAll(/^\| `(\w+)` \| (.*?) \| /gm)].map(([, name, value]) => [
        name,
        value,
      ]);
      assert.ok(read.length > 4);
      assert.deepEqual(listed.sort(), read.sort());
    });
  }
});

/** A server of KEDA's contract that counts its calls: what the script sends, not what a scaler would answer, is at test. */
async function startScalerDouble(options: { failing?: string; firstCallMilliseconds?: number } = {}) {
  const definition = loadSync(join(packageRoot, 'proto/externalscaler.proto'));
  const { ExternalScaler } = loadPackageDefinition(definition).externalscaler as unknown as {
    ExternalScaler: { service: Parameters<Server['addService']>[0] };
  };
  const calls: string[] = [];
  const triggers = new Set<string>();
  const answer =
    (method: string, message: object): handleUnaryCall<{ name?: string }, object> =>
    (call, callback) => {
      calls.push(method);
      const { name } = call.request;
      const waitMilliseconds = name && !triggers.has(name) ? (options.firstCallMilliseconds ?? 0) : 0;
      if (name) triggers.add(name);
      setTimeout(() => {
        if (method === options.failing) callback({ code: 14, details: 'no history yet' });
        else callback(null, message);
      }, waitMilliseconds);
    };
  const server = new Server();
  server.addService(ExternalScaler.service, {
    GetMetricSpec: answer('GetMetricSpec', { metricSpecs: [{ metricName: 'load', targetSize: 10 }] }),
    GetMetrics: answer('GetMetrics', { metricValues: [{ metricName: 'load', metricValue: 42 }] }),
    IsActive: answer('IsActive', { result: true }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    calls: (method: string) => calls.filter((each) => each === method).length,
    triggers: () => triggers.size,
    close: () => server.forceShutdown(),
  };
}
