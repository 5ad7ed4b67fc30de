import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertReadmeListsOptions } from '../../test/support/readme.js';
import { pollUntil } from '../local-stack/servers/poll-until.js';
import { PrometheusServer } from '../local-stack/servers/prometheus-server.js';
import { historyCommand } from './command.js';

describe('the history simulator', () => {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const printed: string[] = [];
  let folder: string;
  const run = (...args: string[]) =>
    historyCommand(
      () => nowSeconds,
      (line) => printed.push(line),
    ).parseAsync(args, { from: 'user' });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'history-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('writes a file per day', async () => {
    const output = join(folder, 'files');
    await run('write', '--output', output, '--days', '2', '--end', '2026-03-04T00:00:00Z', '--step', '300');
    assert.deepEqual(await readdir(output), ['2026-03-02.om', '2026-03-03.om']);
    assert.match(await readFile(join(output, '2026-03-03.om'), 'utf8'), /^app_requests_total\{app="app-a"/m);
    assert.equal(printed.at(-1), `wrote 2 files to ${output}`);
  });

  it('ends with 2 after a wrong argument, and with 0 after the help', async () => {
    const exitCodeOf = async (...args: string[]) => {
      const child = spawn(process.execPath, [fileURLToPath(new URL('./main.js', import.meta.url)), ...args], {
        stdio: 'ignore',
      });
      const [code] = await once(child, 'exit');
      return code;
    };
    const codes = ['--nonsense', 'write', 'write --output x --days -1', '--help'].map((line) =>
      exitCodeOf(...line.split(' ')),
    );
    assert.deepEqual(await Promise.all(codes), [2, 2, 2, 0]);
  });

  it('writes an app once, under a name that the format would end early', async () => {
    const output = join(folder, 'quoted');
    await run('write', '--output', output, '--days', '0.01', '--app', 'a"b\\', 'a"b\\');
    const texts = await Promise.all(
      (await readdir(output)).map((file) => readFile(join(output, file), 'utf8')),
    );
    const lines = texts
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('app_requests_total{'));
    assert.ok(lines.every((line) => line.startsWith('app_requests_total{app="a\\"b\\\\",endpoint=')));
    assert.equal(new Set(lines).size, lines.length);
  });

  it('gives a Prometheus that starts on the folder a past to learn from, and room for live samples', async () => {
    const dataFolder = join(folder, 'data');
    await run('load', '--data-folder', dataFolder, '--days', '2', '--app', 'app-a', 'app-b');
    const prometheus = await PrometheusServer.start({
      dataFolder,
      config: {
        global: { scrape_interval: '1s' },
        scrape_configs: [{ job_name: 'prometheus', static_configs: [{ targets: ['127.0.0.1:1'] }] }],
      },
    });
    try {
      const rate = 'sum(rate(app_requests_total{app="app-a"}[2m]))';
      for (const hoursAgo of [0.1, 24, 47.9]) {
        const samples = await prometheus.client.query(rate, nowSeconds - hoursAgo * 3600);
        assert.equal(samples.length, 1, `one value ${hoursAgo} h ago`);
        assert.ok(
          samples[0]!.value > 0.5 && samples[0]!.value < 120,
          `${samples[0]!.value} ${hoursAgo} h ago`,
        );
      }
      const apps = await prometheus.client.query('count by (app) (app_requests_total)', nowSeconds - 60);
      assert.deepEqual(apps.map(({ metric }) => metric.app).sort(), ['app-a', 'app-b']);
      const samples = await prometheus.client.query(
        'count_over_time(app_requests_total{app="app-a",endpoint="/",status="200"}[2d])',
        nowSeconds,
      );
      assert.equal(samples[0]!.value, (2 * 86_400) / 30, 'no sample is lost on the way');
      await pollUntil(
        'a live sample beside the past',
        async () => (await prometheus.client.query('up')).length === 1,
      );
      await assert.rejects(
        run('load', '--data-folder', dataFolder, '--days', '2', '--app', 'app-a', 'app-b'),
        /has requests of these days already; nothing is loaded/,
        'a second past into the folder that Prometheus runs on',
      );
    } finally {
      await prometheus.close();
    }
  });

  it('loads nothing where requests of these days are', async function () {
    this.timeout(90_000);
    const dataFolder = join(folder, 'kept');
    const load = (end: string) => run('load', '--data-folder', dataFolder, '--days', '1', '--end', end);
    await load('2026-03-03T00:00:00Z');
    const blocks = await readdir(dataFolder);
    // As a second `make deploy` some hours later, into the volume that was kept.
    await assert.rejects(load('2026-03-03T12:00:00Z'), {
      name: 'ConfigurationError',
      message: `${dataFolder} has requests of these days already; nothing is loaded`,
    });
    assert.deepEqual(await readdir(dataFolder), blocks, 'nothing was written');
    await load('2026-03-06T00:00:00Z');
    assert.ok((await readdir(dataFolder)).length > blocks.length, 'days without requests are loaded');
  });

  it('says which program is missing', async () => {
    await assert.rejects(
      run('load', '--data-folder', join(folder, 'none'), '--days', '0.1', '--promtool', 'no-such-promtool'),
      {
        name: 'ConfigurationError',
        message:
          'cannot find no-such-promtool: install Prometheus, which brings promtool, or name it with --promtool',
      },
    );
  });

  it('lists its options in its README', () => {
    assertReadmeListsOptions(
      'history-simulator',
      historyCommand(
        () => 0,
        () => {},
      ),
    );
  });
});
