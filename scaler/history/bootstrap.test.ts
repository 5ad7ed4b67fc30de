import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { silentLog } from '../../test/support/silent-log.js';
import { loadConfig } from '../config/load.js';
import { KedaStandIn } from '../demo/keda-stand-in.js';
import type { Series } from '../forecast/types.js';
import { startScaler } from '../main.js';
import type { TriggerDetail } from '../web/api/contract.js';
import { Bootstrap } from './bootstrap.js';

const DAY = 86_400;

/** The load of the service, whoever measured it: a daily rhythm between 60 and 140. */
const load = (atSeconds: number) => 100 + 40 * Math.sin((2 * Math.PI * atSeconds) / DAY);

function csv(fromSeconds: number, toSeconds: number, stepSeconds: number, value = load): string {
  const lines = ['timestamp,value'];
  for (let at = fromSeconds; at < toSeconds; at += stepSeconds) lines.push(`${at},${value(at).toFixed(3)}`);
  return `${lines.join('\n')}\n`;
}

describe('a bootstrap file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const seriesOf = (startSeconds: number, values: number[]): Series => ({
    startSeconds,
    stepSeconds: 60,
    values: Float64Array.from(values),
  });

  it('stands in for the steps before the first one of the source, on the same grid', async () => {
    // Two samples a minute, so that mean and maximum differ: 1 and 3 in each step.
    write(
      'x.csv',
      csv(0, 600, 30, (at) => (at % 60 === 0 ? 1 : 3)),
    );
    const bootstrap = new Bootstrap(folder, 'x', 60);
    await bootstrap.load();
    const whole = bootstrap.before(seriesOf(300, [7, Number.NaN, 7]), 120, 480);
    assert.equal(whole.startSeconds, 120);
    assert.deepEqual(
      [...whole.values],
      [2, 2, 2, 7, 7, 7],
      'the gap of the source is not filled from the file',
    );
    assert.deepEqual([...whole.peaks!], [3, 3, 3, 7, 7, 7]);
  });

  it('gives way as the window moves on, until nothing of it is left', async () => {
    write(
      'x.csv',
      csv(0, 600, 60, () => 1),
    );
    const bootstrap = new Bootstrap(folder, 'x', 60);
    await bootstrap.load();
    const known = seriesOf(300, [7, 7, 7, 7, 7]);
    const fromFile = (fromSeconds: number) =>
      bootstrap.before(known, fromSeconds, 600).values.filter((value) => value === 1).length;
    assert.deepEqual([0, 60, 240, 300].map(fromFile), [5, 4, 1, 0]);
  });

  it('leaves a long time between its end and the first step of the source unknown', async () => {
    write(
      'x.csv',
      csv(0, 600, 60, () => 1),
    );
    const bootstrap = new Bootstrap(folder, 'x', 60);
    await bootstrap.load();
    const { values } = bootstrap.before(seriesOf(6000, [7, 7]), 0, 6120);
    assert.equal(values.filter(Number.isNaN).length, 90);
  });

  it('is refused with what is wrong with it', async () => {
    write('known.csv', csv(0, 600, 60));
    write('hours.csv', csv(0, 36_000, 3600));
    write('words.csv', 'timestamp,value\n60,much\n');
    write('large.csv', `timestamp,value\n${'60,1                     \n'.repeat(100_000)}`);
    for (const [name, message] of [
      [
        'unknown',
        /^bootstrap "unknown": there is no file .*unknown\.csv; known names: hours, known, large, words$/,
      ],
      ['hours', /samples of .* are 1h apart, farther than queryStep \(1m\)/],
      ['words', /words\.csv line 2: "much" is not a number/],
      ['large', /large\.csv has 2600016 bytes; at most 2097152 are read/],
    ] as const)
      await assert.rejects(new Bootstrap(folder, name, 60).load(), { kind: 'rejected', message });
  });

  it('is not read again after a refusal until it changes', async () => {
    const words = `timestamp,value\n${'60,much            \n'.repeat(100_000)}`;
    write('x.csv', words);
    const bootstrap = new Bootstrap(folder, 'x', 60);
    const refused = () => assert.rejects(bootstrap.load(), { kind: 'rejected', message: /is not a number/ });
    const began = performance.now();
    await refused();
    const once = performance.now() - began;
    for (let tick = 0; tick < 20; tick++) await refused();
    const all = performance.now() - began;
    assert.ok(all < 4 * once, `${once} ms for the first reading, ${all} ms for all of them`);
    write('x.csv', csv(0, 600, 60));
    await bootstrap.load();
    assert.equal(bootstrap.before(seriesOf(600, []), 0, 600).values.length, 10);
  });

  it('makes a running scaler forecast a rhythm that Prometheus has not seen', async () => {
    const now = Math.floor(Date.now() / 1000);
    // Prometheus knows the service for an hour; before that somebody else measured it.
    const since = Math.floor(now / 300) * 300 - 3600;
    write('shop.csv', csv(since - 14 * DAY, since, 300));
    const prometheus = await PrometheusServer.start();
    const config = loadConfig({
      environment: {
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PLANNER_REFRESH: '1s',
      },
    });
    const scaler = await startScaler({ ...config, history: { bootstrapFolder: folder } }, { log: silentLog });
    const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    const metadata = {
      query: `(100 + 40 * sin(vector(time()) * 2 * pi() / ${DAY})) and on() (vector(time()) >= ${since})`,
      threshold: '10',
      predictHorizon: '6h',
      metricName: 'load',
    };
    const detail = async (name: string): Promise<TriggerDetail> => {
      const url = `http://127.0.0.1:${scaler.httpPort}/api/triggers/shop/${name}/load`;
      return (await (await fetch(url)).json()) as TriggerDetail;
    };
    try {
      const bootstrapped = { ...metadata, bootstrap: 'shop' };
      const shown = await pollUntil(
        'a forecast with a daily season',
        async () => {
          await keda.read('shop', 'shop', bootstrapped);
          const seen = await detail('shop');
          return seen.summary.stage === 'daily' || seen.summary.stage === 'weekly' ? seen : undefined;
        },
        { timeoutSeconds: 120 },
      );
      assert.ok(
        shown.notices.includes(
          `the history until ${new Date(since * 1000).toISOString().replace('.000', '')} is from the bootstrap file "shop", what follows from Prometheus`,
        ),
        shown.notices.join('\n'),
      );
      // The truth is the formula: the highest load from now until six hours from now.
      const { metric } = await keda.read('shop', 'shop', bootstrapped);
      let highest = 0;
      for (let ahead = 0; ahead <= 6 * 3600; ahead += 60) highest = Math.max(highest, load(now + ahead));
      assert.ok(Math.abs(metric - highest) < 0.05 * highest, `${metric} is answered, ${highest} will come`);

      await keda.read('new', 'shop', metadata);
      const withoutFile = await pollUntil('the trigger without a file', async () => {
        await keda.read('new', 'shop', metadata);
        const seen = await detail('new');
        return seen.history === null ? undefined : seen;
      });
      assert.notEqual(withoutFile.summary.stage, shown.summary.stage, 'without the file it has seen an hour');

      await keda.read('typo', 'shop', { ...metadata, bootstrap: 'shpo' });
      const typo = await pollUntil('the cause', async () => {
        await keda.read('typo', 'shop', { ...metadata, bootstrap: 'shpo' });
        const seen = await detail('typo');
        return seen.summary.reason === 'no-history' ? seen : undefined;
      });
      assert.match(JSON.stringify(typo.explanation), /there is no file .*shpo\.csv; known names: shop/);
    } finally {
      keda.close();
      await scaler.stop();
      await prometheus.close();
    }
  });
});
