import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { refusalOf, runCommand, startCommand } from '../../test/support/run-command.js';

const run = (args: readonly string[], input = '') => runCommand(['forecast', ...args], input);

const sine = (count: number) =>
  Array.from({ length: count }, (_, t) => 100 + 50 * Math.sin((2 * Math.PI * t) / 288));

describe('predictive-scaler forecast', () => {
  let folder: string;
  let csv: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecast-'));
    csv = join(folder, 'load.csv');
    const { timestamps, values } = minuteSamples(4, officeLoad);
    const lines = Array.from(timestamps, (timestamp, i) => `${timestamp},${values[i]}`);
    await writeFile(csv, `timestamp,value\n${lines.join('\n')}\n`);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('prints what the model is worth, a chart, and a row for each step in local time', async () => {
    const { code, stdout, stderr } = await run([
      ...['--csv', csv, '--horizon', '30m', '--quantile', '0.5,0.95', '--timezone', 'Asia/Kolkata'],
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^stage: daily; /m);
    assert.match(stdout, /^ +\^ forecast$/m);
    assert.match(stdout, /^time +mean +q0\.5 +q0\.95$/m);
    // The load ends at midnight UTC.
    assert.equal(stdout.match(/^\d{4}-\d\d-\d\d 05:[345]\d:00\+05:30( +\d[\d.e-]*){3}$/gm)?.length, 6);
  });

  it('forecasts one step when a step is longer than two hours and no horizon is given', async () => {
    const { code, stdout, stderr } = await run(['--csv', csv, '--step', '3h', '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(JSON.parse(stdout).mean.length, 1);
  });

  it('says which events fall into the horizon', async () => {
    const { timestamps } = minuteSamples(4, officeLoad);
    // The load ends at midnight UTC, which in Brazil is three hours before.
    const endSeconds = timestamps.at(-1)! + 60;
    const day = new Date((endSeconds - 3 * 3600) * 1000).toISOString().slice(0, 10);
    const events = `launch: ${day}T21:30/PT1H x3 replicas=2; later: ${day}T23:30/PT1H x2`;
    const flags = ['--csv', csv, '--horizon', '1h', '--timezone', 'America/Sao_Paulo', '--events', events];
    const { code, stdout, stderr } = await run(flags);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout.match(/^event: .*$/gm), [
      `event: launch (x3, at least 2 replicas), ${day} 21:30:00-03:00 to ${day} 22:30:00-03:00`,
    ]);
    const [event] = JSON.parse((await run([...flags, '--json'])).stdout).events;
    assert.deepEqual([event.name, event.startSeconds - endSeconds], ['launch', 1800]);
    const [known, unknown] = await Promise.all(
      [flags, flags.slice(0, -2)].map(async (list) => JSON.parse((await run([...list, '--json'])).stdout)),
    );
    known.mean.forEach((value: number, h: number) => {
      assert.ok(Math.abs(value - (h < 6 ? 1 : 3) * unknown.mean[h]) < 1e-9, `step ${h}: ${value}`);
    });
    assert.ok(known.peaks['0.9'] > 2.9 * unknown.peaks['0.5'], `${known.peaks['0.9']}`);
  });

  // The clocks of Berlin are turned back from 3:00 to 2:00 on 25 October 2026 (directive 2000/84/EC).
  it('tells the two times apart that a clock shows twice', async () => {
    const file = join(folder, 'october.csv');
    const end = Date.parse('2026-10-25T00:30Z') / 1000;
    const lines = Array.from({ length: 48 }, (_, i) => `${end + 300 * (i - 48)},${i}`);
    await writeFile(file, `timestamp,value\n${lines.join('\n')}\n`);
    const { stdout } = await run(['--csv', file, '--horizon', '1h', '--timezone', 'Europe/Berlin']);
    const halfPastTwo = stdout.match(/^2026-10-25 02:30:00\S*/gm);
    assert.deepEqual(halfPastTwo, ['2026-10-25 02:30:00+02:00']);
    assert.match(stdout, /^2026-10-25 02:00:00\+01:00 /m);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await run(['--csv', csv, '--horizon', '30m', '--json']);
    const answer = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(answer.mean.length, 6);
    assert.deepEqual(Object.keys(answer.quantiles), ['0.5', '0.9']);
    assert.ok(answer.peaks['0.9'] >= answer.peaks['0.5']);
  });

  it('answers each line of JSON with a line, null standing for an unknown step', async () => {
    const request = {
      id: 'web',
      start: 0,
      step: 300,
      values: sine(5 * 288),
      horizon: 3,
      quantiles: [0.5, 0.9],
    };
    const gappy = {
      ...request,
      id: 7,
      values: request.values.map((value, t) => (t % 50 < 5 ? null : value)),
    };
    const { code, stdout, stderr } = await run(
      ['--ndjson'],
      `${JSON.stringify(request)}\n\n${JSON.stringify(gappy)}\n`,
    );
    assert.deepEqual([code, stderr], [0, '']);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      answers.map(({ id }) => id),
      ['web', 7],
    );
    for (const { mean, quantiles, fitMs } of answers) {
      assert.equal(quantiles['0.9'].length, 3);
      assert.ok(fitMs > 0);
      mean.forEach((value: number, h: number) => {
        assert.ok(Math.abs(value - sine(5 * 288 + 3)[5 * 288 + h]!) < 2, `step ${h}: ${value}`);
      });
    }
  });

  it('answers a line that it cannot read with an error, still answers the others, and ends with code 2', async () => {
    const good = { id: 'a', start: 0, step: 60, values: [1, 2], horizon: 1, quantiles: [0.5] };
    const lines = ['not json', JSON.stringify({ ...good, horizon: 0 }), JSON.stringify(good)];
    const { code, stdout, stderr } = await run(['--ndjson'], lines.join('\n'));
    const [first, second, third] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.match(first.error, /^line 1: "not json" is not JSON; expected \{"id":/);
    assert.match(second.error, /^line 2: "horizon": /);
    assert.equal(third.id, 'a');
    assert.equal(code, 2);
    assert.match(stderr, /^predictive-scaler: 2 of 3 lines could not be answered; [^\n]+\n$/);
  });

  it('ends without a message when its reader closes the pipe, as head does', async () => {
    const line = { id: 'a', start: 0, step: 60, values: [1, 2], horizon: 900, quantiles: [0.5] };
    const command = startCommand(['forecast', '--ndjson'], `${JSON.stringify(line)}\n`.repeat(1000));
    await pollUntil('the first answer', () => command.texts.stdout.includes('\n'));
    command.stopReading();
    const { code, stderr } = await command.ended;
    assert.deepEqual([code, stderr], [0, '']);
  });

  describe('says in one line, without a stack, what is wrong with', () => {
    const broken: readonly [string, (csv: string) => Promise<readonly string[]>, RegExp][] = [
      ['no load', async () => [], /where is the load\? Give --csv FILE, or --ndjson/],
      [
        'a missing file',
        async () => ['--csv', join(folder, 'no.csv')],
        /cannot read .*no\.csv: there is no such file/,
      ],
      [
        'a bad line',
        async () => {
          const file = join(folder, 'bad.csv');
          await writeFile(file, 'timestamp,value\n60,1\n120,many\n');
          return ['--csv', file];
        },
        /bad\.csv line 3: "many" is not a number/,
      ],
      ['a bad duration', async () => ['--csv', csv, '--horizon', '2 hours'], /--horizon received "2 hours"/],
      [
        'a step finer than the samples',
        async () => ['--csv', csv, '--step', '30s', '--history', '2d'],
        /--step is 30s/,
      ],
      ['an unknown zone', async () => ['--csv', csv, '--timezone', 'Mars'], /--timezone received "Mars"/],
      [
        'a folder for a file',
        async () => ['--csv', folder],
        /^predictive-scaler: --csv .*: it is a folder; expected a CSV file\n$/,
      ],
      [
        'a calendar that is not there',
        async () => ['--csv', csv, '--calendar', join(folder, 'no.ics')],
        /--calendar .*no\.ics: .*there is no such file/,
      ],
      [
        'a horizon that should be measured',
        async () => ['--csv', csv, '--horizon', 'auto'],
        /--horizon is auto, but there are no pods here whose start-up could be measured; give a duration such as 15m\n$/,
      ],
      ['a quantile out of range', async () => ['--csv', csv, '--quantile', '90'], /between 0 and 1/],
    ];
    for (const [name, args, message] of broken)
      it(name, async () => {
        const { code, stderr } = await refusalOf(['forecast', ...(await args(csv))]);
        assert.equal(code, 2);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^ +at /m);
      });
  });
});
