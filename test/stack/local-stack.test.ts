import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusClient } from '../../apps/local-stack/servers/prometheus-client.js';
import { localStackVariables } from '../../apps/local-stack/variables.js';
import { simulatedLoad } from '../../apps/shared/simulated-load.js';
import { usualLoadAt } from '../../apps/shared/weekly-load.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { ChildProgram } from '../support/child-program.js';
import { assertReadmeListsExactly } from '../support/readme.js';

const PEAK_PER_SECOND = 5;
const HORIZON_SECONDS = 15 * 60;

/** Short steps: a model must be there within seconds of the first reading. */
const boilerTrigger = {
  query: 'sum(rate(boiler_readings_published_total[15s]))',
  threshold: '5',
  queryStep: '5s',
  predictHorizon: '5s',
  historyTimeWindow: '1m',
  seasonality: 'none',
};

/**
 * Bounds of a sensible forecast: half the least and twice the most of the load that was simulated for the last hour,
 * incidents included, and of the usual load until the horizon. The load of a night is a tenth of that of the evening.
 */
function plausibleLoad(nowSeconds: number): [least: number, most: number] {
  const past = simulatedLoad({ seed: 'history app-a', peakPerSecond: PEAK_PER_SECOND });
  const loads: number[] = [];
  for (let at = nowSeconds - 3600; at <= nowSeconds + HORIZON_SECONDS; at += 60)
    loads.push(PEAK_PER_SECOND * usualLoadAt(at), ...(at < nowSeconds ? [past(at).perSecond] : []));
  return [Math.min(...loads) / 2, 2 * Math.max(...loads)];
}

describe('make apps: the whole stack on this machine', function () {
  this.timeout(900_000);
  let folder: string;
  let command: ChildProgram;
  let prometheus: PrometheusClient;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-stack-'));
    command = new ChildProgram(new URL('../../apps/local-stack/main.js', import.meta.url), {
      STACK_FOLDER: folder,
      HISTORY_DAYS: '3',
      TRAFFIC_PER_SECOND: String(PEAK_PER_SECOND),
      SCRAPE_SECONDS: '1',
    });
    await pollUntil(
      'the stack to print its addresses',
      async () => {
        if (command.errorOutput !== '') return 'failed';
        return command.output.some((line) => line.includes('Ctrl-C'));
      },
      { timeoutSeconds: 600 },
    );
    assert.equal(command.errorOutput, '');
    prometheus = new PrometheusClient(url('prometheus'));
  });
  after(async () => {
    await command?.stop(120);
    await rm(folder, { recursive: true, force: true });
  });

  /** The address that the command printed for a name. */
  function url(name: string): string {
    const line = command.output.find((each) => each.startsWith(`  ${name}  `));
    assert.ok(line, `no address of ${name} in:\n${command.output.join('\n')}`);
    return line.slice(name.length + 2).trim();
  }

  /** Asks the scaler about a trigger as KEDA does, with the CLI's own probe; what it prints is not of interest here. */
  async function probe(name: string, metadata: Record<string, string>): Promise<void> {
    const pairs = Object.entries(metadata).flatMap(([key, value]) => ['-m', `${key}=${value}`]);
    const args = ['probe', url('scaler gRPC'), '--json', '--name', name, '--namespace', 'test', ...pairs];
    await promisify(execFile)(process.execPath, [join(packageRoot, 'dist/scaler/cli/main.js'), ...args]);
  }

  /** What the scaler says of one trigger in its own metrics: values by metric name, and the model's stage. */
  async function answerFor(scaledObject: string) {
    const exposition = await (await fetch(`${url('scaler')}/metrics`)).text();
    const lines = exposition
      .split('\n')
      .filter((line) => line.includes('namespace="test"') && line.includes(`scaledobject="${scaledObject}"`));
    const value = (metric: string) => {
      const line = lines.find((each) => each.startsWith(`${metric}{`));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
    return {
      stage: /predictive_scaler_stage\{.*?stage="(\w+)"/.exec(lines.join('\n'))?.[1],
      forecast: value('predictive_scaler_forecast_mean'),
      value: value('predictive_scaler_value'),
    };
  }

  it('is scraped by a real Prometheus, every program and the broker', async () => {
    const expected = [
      ...['app-a', 'app-b', 'app-c', 'pokedex', 'hello-metrics'],
      ...['boiler-producer', 'boiler-consumer', 'boiler-dashboard', 'metric-sender', 'metric-receiver'],
      ...['rabbitmq', 'scaler'],
    ];
    await pollUntil('all targets to be up', async () => {
      const down = (await prometheus.targets()).filter(({ health }) => health !== 'up');
      if (down.length > 0) throw new Error(JSON.stringify(down));
      return true;
    });
    const seen = await pollUntil('a sample of each target', async () => {
      const up = await prometheus.query('up == 1');
      return up.length >= expected.length && up.map(({ metric }) => metric.service);
    });
    assert.deepEqual(seen.sort(), expected.sort());
  });

  it('answers: the chain, the pokedex, the greeting', async () => {
    const chain = await fetch(`${url('app-a')}/process`, { method: 'POST', body: '[]' });
    assert.deepEqual(await chain.json(), ['app-a', 'app-b', 'app-c']);
    const pikachu = await fetch(`${url('pokedex')}/pokemon/25`);
    assert.deepEqual(await pikachu.json(), { id: 25, name: 'Pikachu' });
    assert.equal(await (await fetch(url('hello-metrics'))).text(), 'Olá, mundo!');
  });

  it('moves readings and resources through the broker', async () => {
    await pollUntil('stored readings in Prometheus', async () => {
      const [stored] = await prometheus.query('sum(boiler_readings_stored_total)');
      return (stored?.value ?? 0) > 0;
    });
    await pollUntil('an announcement in the log of the receiver', async () =>
      (await readFile(join(folder, 'log/metric-receiver.log'), 'utf8')).includes('Aplicação: app1'),
    );
    const queues = await prometheus.query('rabbitmq_queue_messages_ready{queue="boiler.readings"}');
    assert.equal(queues.length, 1, "the alert on growing queues needs each queue's own series");
  });

  it('has the alert rules loaded', async () => {
    const response = await fetch(`${prometheus.url}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; health: string }[] }[] };
    };
    const rules = data.groups.flatMap(({ rules }) => rules);
    assert.ok(rules.some(({ name }) => name === 'MuitasRequisicoes'));
    await pollUntil('every rule to be evaluated without error', async () => {
      const again = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
        data: typeof data;
      };
      return again.data.groups.every((group) => group.rules.every(({ health }) => health === 'ok'));
    });
  });

  it('lets the scaler forecast the requests of app-a from the seeded past', async () => {
    const trigger = {
      query: 'sum(rate(app_requests_total{app="app-a"}[2m]))',
      threshold: '2',
      predictHorizon: `${HORIZON_SECONDS}s`,
      historyTimeWindow: '3d',
    };
    const answer = await pollUntil('a daily season in the model of app-a', async () => {
      await probe('app-a', trigger).catch(() => {}); // the first question may come before the history
      const found = await answerFor('app-a');
      return found.stage === 'daily' && found;
    });
    const [least, most] = plausibleLoad(Date.now() / 1000);
    assert.ok(
      answer.forecast! >= least && answer.forecast! <= most,
      `forecast ${answer.forecast}, expected ${least} to ${most} per second`,
    );
    assert.ok(answer.value! > 0);
  });

  it("lets the scaler forecast the inflow of the boiler's queue", async () => {
    const answer = await pollUntil(
      'a trend in the model of the boiler',
      async () => {
        await probe('boiler', boilerTrigger);
        const found = await answerFor('boiler');
        if (found.stage !== 'trend') throw new Error(`its stage is ${found.stage}`);
        return found;
      },
      { timeoutSeconds: 240 },
    );
    const [inflow] = await prometheus.query(boilerTrigger.query);
    assert.ok(
      Math.abs(answer.forecast! / inflow!.value - 1) < 0.5,
      `forecast ${answer.forecast}, inflow ${inflow!.value} readings per second`,
    );
  });

  it('prints every address that it serves', async () => {
    const printed = new Set(
      command.output.flatMap((line) => /127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? []).map(Number),
    );
    // RabbitMQ finds its own nodes over two more ports, one of them by its port mapper epmd.
    const unprinted = (await listeningPorts(command.pid)).filter(({ port }) => !printed.has(port));
    assert.deepEqual(unprinted.map(({ program }) => program).sort(), ['beam.smp', 'epmd']);
    for (const line of command.output)
      for (const [address] of line.matchAll(/http:\S+/g))
        assert.ok((await fetch(address)).status < 500, `${address} does not answer`);
  });

  it('stops on Ctrl-C with nothing left behind', async () => {
    const addresses = command.output.flatMap((line) => /http:\S+/.exec(line)?.[0] ?? []);
    assert.ok(addresses.length > 15);
    command.kill('SIGINT');
    assert.deepEqual(await command.ended(), { code: 0, signal: null });
    assert.deepEqual(command.output.slice(-2), ['stopping', 'stopped']);
    assert.equal(command.errorOutput, '');
    for (const address of addresses)
      await assert.rejects(fetch(address), /fetch failed/, `${address} still answers`);
    assert.ok(existsSync(join(folder, 'prometheus')), "Prometheus' data is kept for the next time");
  });

  it('lists its variables in its README', () => {
    assertReadmeListsExactly('local-stack', localStackVariables);
  });
});

/** The TCP ports on which a process and its descendants listen, from /proc. */
async function listeningPorts(pid: number): Promise<{ program: string; port: number }[]> {
  const portOfSocket = new Map<string, number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of (await readFile(table, 'utf8')).split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === '0A') portOfSocket.set(`socket:[${inode}]`, Number.parseInt(local!.split(':')[1]!, 16));
    }
  const parents = new Map<number, { program: string; parent: number }>();
  for (const name of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, program, parent] = /\((.*)\) \S (\d+) /.exec(stat) ?? [];
    if (program !== undefined) parents.set(Number(name), { program, parent: Number(parent) });
  }
  const descends = (each: number): boolean =>
    each === pid || (each > 1 && descends(parents.get(each)?.parent ?? 0));
  const found = new Map<number, string>();
  for (const [each, { program }] of parents) {
    if (!descends(each)) continue;
    for (const descriptor of await readdir(`/proc/${each}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${each}/fd/${descriptor}`).catch(() => '');
      const port = portOfSocket.get(target);
      if (port !== undefined) found.set(port, program);
    }
  }
  return [...found].map(([port, program]) => ({ program, port }));
}
