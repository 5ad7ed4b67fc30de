import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { testSetup } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { refusalOf, runCommand } from '../../test/support/run-command.js';
import { workloadAt, workloadOpenMetrics, workloadSamples } from '../../test/support/workload-openmetrics.js';
import { oracleSignal } from '../backtest/baselines.js';
import { loadOfSamples } from '../backtest/recording.js';
import { simulateScaling } from '../backtest/simulate.js';
import { packageRoot } from '../shared/package-root.js';
import { backtestCommand } from './backtest.js';

const backtest = (...args: string[]) => runCommand(['backtest', ...args]);

describe('predictive-scaler backtest', () => {
  let folder: string;
  let csv: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backtest-'));
    csv = join(folder, 'load.csv');
    await writeDays(csv, 4);
  });
  const writeDays = async (file: string, days: number) => {
    const { timestamps, values } = minuteSamples(days, officeLoad);
    const lines = Array.from(timestamps, (timestamp, i) => `${timestamp},${values[i]}`);
    await writeFile(file, `timestamp,value\n${lines.join('\n')}\n`);
  };
  after(() => rm(folder, { recursive: true, force: true }));

  it('prints the comparison, a recommendation and the ScaledObject, and writes the signal and the report', async () => {
    const signal = join(folder, 'signal.csv');
    const report = join(folder, 'report.html');
    const { code, stdout, stderr } = await backtest(
      ...['--csv', csv, '--evaluate', '1d', '--refit', '6h', '--threshold', '7', '--name', 'checkout'],
      ...['--signal-out', signal, '--report', report],
    );
    assert.deepEqual([code, stderr], [0, '']);
    for (const row of ['reactive HPA', 'same time yesterday', 'this scaler', 'oracle'])
      assert.match(stdout, new RegExp(`^${row} +\\d`, 'm'));
    assert.match(stdout, /^Run it with mode: observe first\.$/m);
    assert.match(stdout, /^ {8}threshold: "7"$/m);
    const [header, ...rows] = (await readFile(signal, 'utf8')).trim().split('\n');
    assert.equal(header, 'timestamp,value');
    assert.equal(rows.length, 1440);
    const { timestamps } = minuteSamples(4, officeLoad);
    assert.ok(rows[0]!.startsWith(`${timestamps[3 * 1440]},`));
    assert.ok(rows.every((row) => Number.isFinite(Number(row.split(',')[1]))));
    assert.match(await readFile(report, 'utf8'), /^<!doctype html>/);
  });

  it('answers machines in JSON alone', async () => {
    const { stdout } = await backtest('--csv', csv, '--evaluate', '1d', '--refit', '6h', '--json');
    const result = JSON.parse(stdout);
    assert.equal(result.evaluated.endSeconds - result.evaluated.startSeconds, 86_400);
    assert.deepEqual(
      result.policies.map(({ policy }: { policy: string }) => policy),
      ['reactive', 'yesterday', 'predictive', 'oracle'],
    );
    assert.equal(result.trigger.thresholdDerived, true);
    assert.equal(result.recommendation.verdict, 'observe');
  });

  it('knows calendars and events, and says which fall into the evaluated time', async () => {
    const { timestamps } = minuteSamples(4, officeLoad);
    const lastDay = new Date(timestamps[3 * 1440]! * 1000).toISOString().slice(0, 10);
    const ics = join(folder, 'launches.ics');
    const report = join(folder, 'events.html');
    await writeFile(
      ics,
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:launch\r\nDESCRIPTION:scaler: replicas=3\r\nDTSTART;VALUE=DATE:${lastDay.replaceAll('-', '')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
    );
    const { code, stdout } = await backtest(
      ...['--csv', csv, '--evaluate', '1d', '--refit', '6h', '--json', '--report', report],
      ...[
        '--calendar',
        ics,
        'DE-BE',
        '--events',
        `sale: ${lastDay}T12:00/PT2H x3; before: 2020-01-01/P1D x2`,
      ],
    );
    assert.equal(code, 0);
    const start = Date.parse(`${lastDay}T00:00Z`) / 1000;
    assert.deepEqual(JSON.parse(stdout).events, [
      {
        name: 'launch',
        calendar: 'launches.ics',
        startSeconds: start,
        endSeconds: start + 86_400,
        effect: 'at least 3 replicas',
      },
      {
        name: 'sale',
        calendar: 'events',
        startSeconds: start + 43_200,
        endSeconds: start + 50_400,
        effect: 'x3',
      },
    ]);
    assert.match(
      await readFile(report, 'utf8'),
      /Events: launch \(at least 3 replicas\) from .*, sale \(x3\) from/,
    );
  });

  it('names the calendar that cannot be read and the event that is wrong', async () => {
    const refusals = {
      'DE-BX':
        /--calendar DE-BX: there is no state or region of DE "BX".*BE \(Berlin\).*a file is given by its path/,
      './absent.ics': /--calendar \.\/absent\.ics: cannot be read \(there is no such file\)/,
    };
    for (const [calendar, message] of Object.entries(refusals)) {
      const { code, stderr } = await refusalOf(['backtest', '--csv', csv, '--calendar', calendar]);
      assert.notEqual(code, 0);
      assert.match(stderr, message);
    }
    const { stderr } = await refusalOf(['backtest', '--csv', csv, '--events', '2026-11-27 x3']);
    assert.match(stderr, /--events received "2026-11-27 x3" \(event 1, .*has no end/);
  });

  it('puts the cheaper threshold that it recommends into the ScaledObject', async () => {
    const { timestamps, values } = minuteSamples(9, officeLoad);
    const file = join(folder, 'nine-days.csv');
    const lines = Array.from(timestamps, (timestamp, i) => `${timestamp},${values[i]}`);
    await writeFile(file, `timestamp,value\n${lines.join('\n')}\n`);
    const { stdout } = await backtest('--csv', file, '--evaluate', '2d', '--refit', '6h', '--threshold', '7');
    assert.match(stdout, /^Use it\.$/m);
    const [, cheaper] = /With this scaler a threshold of ([\d.]+) instead of 7 is enough/.exec(stdout)!;
    assert.match(stdout, /^ScaledObject with the values used and the cheaper threshold:$/m);
    assert.match(stdout, new RegExp(`^ {8}threshold: "${cheaper}"$`, 'm'));
  });

  it('lets the horizon be one step when the step is longer than the default, as a trigger does', async () => {
    const { code, stdout, stderr } = await backtest('--csv', csv, '--step', '1h', '--evaluate', '1d');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Forecast: 1h ahead, /m);
    assert.match(stdout, /^ {8}predictHorizon: 1h$/m);
  });

  it('gives no verdict on the forecast for a load that one replica carries', async () => {
    const { stdout } = await backtest(
      '--csv',
      csv,
      '--evaluate',
      '1d',
      '--refit',
      '6h',
      '--threshold',
      '200',
    );
    assert.match(stdout, /^Nothing to scale at this threshold\.$/m);
    // What the command says to try is something that it can judge.
    const [, threshold] = /With --threshold ([\d.]+) /.exec(stdout)!;
    const again = await backtest(
      '--csv',
      csv,
      '--evaluate',
      '1d',
      '--refit',
      '6h',
      '--threshold',
      threshold!,
    );
    assert.match(again.stdout, /^Run it with mode: observe first\.$/m);
  });

  const wrong: [name: string, args: readonly string[], message: RegExp][] = [
    [
      'no load',
      [],
      /^predictive-scaler: where is the load\? Give --csv FILE, or --prometheus URL with --query/,
    ],
    [
      'an accepted overload of nothing',
      ['--csv', 'load.csv', '--target-overload', '0%'],
      /--target-overload received "0%" \(it must be above 0%\); expected a percentage with its sign/,
    ],
    [
      'more overload than there is time',
      ['--csv', 'load.csv', '--target-overload', '120%'],
      /--target-overload received "120%" \(it is above 20%\)/,
    ],
    [
      'an accepted overload in words',
      ['--csv', 'load.csv', '--target-overload', 'little'],
      /--target-overload received "little" \(the % sign is missing\)/,
    ],
    [
      'a quantile beside an accepted overload',
      ['--csv', 'load.csv', '--target-overload', '1%', '--quantile', '0.8'],
      /'--quantile <share>' cannot be used with option '--target-overload <percentage>'/,
    ],
    [
      'an address that is none',
      ['--prometheus', 'foo', '--query', 'up'],
      /--prometheus received "foo" \(it is not an address\); expected http:\/\/ or https:\/\/ with a host, and a path where the API is not at the root, such as http/,
    ],
    [
      'a horizon that should be measured',
      ['--csv', 'load.csv', '--horizon', 'auto'],
      /--horizon is auto, but there are no pods here/,
    ],
    ['a query without Prometheus', ['--query', 'up'], /where is the load\?/],
    [
      'a file that is not there',
      ['--csv', '/nowhere.csv'],
      /cannot read \/nowhere\.csv: there is no such file/,
    ],
    [
      'polling without a pause',
      ['--csv', 'load.csv', '--polling', '0'],
      /'--polling <duration>' argument '0' is invalid\. Expected a duration of 1s or more\./,
    ],
    [
      'an HPA that syncs without a pause',
      ['--csv', 'load.csv', '--sync', '0s'],
      /'--sync <duration>' argument '0s' is invalid\. Expected a duration of 1s or more\./,
    ],
    [
      'fits at every moment',
      ['--csv', 'load.csv', '--refit', '1s'],
      /'--refit <duration>' argument '1s' is invalid\. Expected a duration of 1m or more\./,
    ],
    [
      'a step without a unit',
      ['--csv', 'load.csv', '--step', '5'],
      /^predictive-scaler: --step received "5"/,
    ],
    [
      'a horizon shorter than the step',
      ['--csv', 'load.csv', '--horizon', '1m'],
      /--horizon is 1m, shorter than one --step/,
    ],
    [
      'an unknown zone',
      ['--csv', 'load.csv', '--timezone', 'Mars/Olympus'],
      /--timezone received "Mars\/Olympus"/,
    ],
    [
      'more replicas than the HPA can have, with the accepted numbers',
      ['--csv', 'load.csv', '--max', '100000000'],
      /'--max <replicas>' argument '100000000' is invalid\. Expected a whole number from 1 to 1000000\./,
    ],
    [
      'a threshold that no trigger can have, with the accepted numbers',
      ['--csv', 'load.csv', '--threshold', '1e16'],
      /'--threshold <load>' argument '1e16' is invalid\. Expected a number above 0, up to 1e15\./,
    ],
    [
      'a negative threshold',
      ['--csv', 'load.csv', '--threshold', '-1'],
      /--threshold <load>' argument '-1' is invalid/,
    ],
  ];
  it('chooses from the days before what an accepted overload takes, beside a reactive HPA calibrated the same way', async () => {
    const signal = join(folder, 'at-target.csv');
    const report = join(folder, 'at-target.html');
    const sixDays = join(folder, 'six-days.csv');
    await writeDays(sixDays, 6);
    const args = [
      '--csv',
      sixDays,
      '--evaluate',
      '1d',
      '--refit',
      '6h',
      '--threshold',
      '7',
      '--startup',
      '3m',
    ];
    const at = ['--target-overload', '0.2%', '--capacity', '10'];
    const { code, stdout, stderr } = await backtest(
      ...args,
      ...at,
      ...['--json', '--signal-out', signal, '--report', report],
    );
    assert.deepEqual([code, stderr], [0, '']);
    const { policies, target, recommendation, scaledObject } = JSON.parse(stdout);
    const outcome = (key: string) => policies.find(({ policy }: { policy: string }) => policy === key);
    // Five days before the evaluated one: two to learn from, three to replay.
    assert.deepEqual(
      target.choices.map(({ days }: { days: number }) => days),
      [3],
    );
    assert.ok(outcome('target').overloadedShare <= 0.002, `${outcome('target').overloadedShare}`);
    // Two rises a day to the fivefold, with pods that take 3 minutes: only what sees them coming needs no pods that wait.
    assert.ok(outcome('target').podHours < 0.8 * outcome('reactiveTarget').podHours);
    const [sentence] = recommendation.reasons;
    assert.match(
      sentence,
      /^0.2 % target: (0|0\.\d+) % seen, \d+ % fewer pod-hours than a reactive HPA calibrated the same way, which had .* %\.$/,
    );
    assert.match(scaledObject, /^ {8}targetOverload: 0\.2%\n {8}capacity: "10"\n {8}podStartup: 3m$/m);
    assert.doesNotMatch(scaledObject, /quantile/);
    assert.ok((await readFile(report, 'utf8')).includes(sentence));

    // The answer is for pods that carry 10, in the unit of a threshold of 7.
    const [, ...rows] = (await readFile(signal, 'utf8')).trim().split('\n');
    const atNoon = Number(rows[11 * 60]!.split(',')[1]);
    const { policy } = target.choices[0].chosen;
    assert.ok(Math.abs(atNoon / (0.7 * 105 * policy.headroom) - 1) < 0.1, `${atNoon} at ${policy.headroom}`);
  });

  it('keeps a workload awake while its load is above what activates it, however low the answer at a target is', async () => {
    const fiveDays = join(folder, 'five-days.csv');
    await writeDays(fiveDays, 5);
    // The nights have 20, and five pods of 10 carry any day: at their threshold of 2 that is an answer of 10.
    const { stdout } = await backtest(
      ...['--csv', fiveDays, '--evaluate', '1d', '--refit', '6h', '--threshold', '2', '--capacity', '10'],
      ...['--target-overload', '1%', '--min', '0', '--activation', '15', '--json'],
    );
    const { policies } = JSON.parse(stdout);
    for (const key of ['target', 'reactiveTarget']) {
      const { overloadedShare } = policies.find(({ policy }: { policy: string }) => policy === key);
      assert.ok(overloadedShare < 0.05, `${key}: ${overloadedShare}`);
    }
  });

  it('says that nothing can be chosen from two days, and answers until then as without a target', async () => {
    const args = ['--csv', csv, '--evaluate', '2d', '--refit', '6h', '--threshold', '7', '--capacity', '10'];
    const [first, second] = ['as-given.csv', 'nothing-chosen.csv'].map((name) => join(folder, name));
    await backtest(...args, '--signal-out', first!);
    const { stdout } = await backtest(...args, '--signal-out', second!, '--target-overload', '1%');
    assert.match(stdout, /For 1 of 2 days the history was too short to choose\./);
    const day = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(1, 1441).join('\n');
    assert.equal(await day(second!), await day(first!));
  });

  for (const [name, args, message] of wrong)
    it(`refuses ${name} in one line`, async () => {
      const { code, stderr } = await refusalOf(['backtest', ...args]);
      assert.notEqual(code, 0);
      const [first] = stderr.split('\n');
      assert.match(first!, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });

  it('refuses a behavior that is not there, and a report in a folder that is not there', async () => {
    const read = await refusalOf(['backtest', '--csv', csv, '--behavior', '/nowhere.yaml']);
    assert.match(read.stderr, /cannot read \/nowhere\.yaml: there is no such file; expected YAML\n$/);
    const written = await refusalOf(['backtest', '--csv', csv, '--report', '/nowhere/report.html']);
    assert.match(written.stderr, /cannot write \/nowhere\/report\.html: there is no such folder\n$/);
  });

  it('does not write over a file that it reads, nor one output over the other', async () => {
    const held = await readFile(csv, 'utf8');
    const link = join(folder, 'link.csv');
    await symlink(csv, link);
    for (const file of [csv, join(folder, '..', basename(folder), 'load.csv'), link])
      for (const flag of ['--report', '--signal-out']) {
        const { code, stderr } = await refusalOf(['backtest', '--csv', csv, flag, file]);
        assert.equal(code, 2);
        assert.equal(
          stderr,
          `predictive-scaler: ${flag} is ${file}, the file of --csv, which would be lost; give another file\n`,
        );
      }
    assert.equal(await readFile(csv, 'utf8'), held);
    const twice = join(folder, 'twice');
    const { stderr } = await refusalOf(['backtest', '--csv', csv, '--report', twice, '--signal-out', twice]);
    assert.match(stderr, /--report is .*twice, the file of --signal-out, which would be lost/);
  });

  it('writes both outputs to a device', async () => {
    const args = ['--csv', csv, '--evaluate', '1h', '--report', '/dev/null', '--signal-out', '/dev/null'];
    const { code, stderr } = await backtest(...args);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('says that an output is a folder', async () => {
    const { stderr } = await refusalOf(['backtest', '--csv', csv, '--report', folder]);
    assert.match(stderr, /cannot write .*: it is a folder\n$/);
  });

  it('says of a load beyond every threshold how to bring it down', async () => {
    const huge = join(folder, 'huge.csv');
    const minutes = Array.from({ length: 300 }, (_, minute) => `${60 * minute},${minute % 7}e20`);
    await writeFile(huge, ['timestamp,value', ...minutes].join('\n'));
    const { code, stderr } = await refusalOf(['backtest', '--csv', huge]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /: the load is so high that a replica would carry \d+ of it, and the threshold of a trigger is 1e15 at most; divide the load/,
    );
  });

  it('says of a load below zero that it counts as none', async () => {
    const below = join(folder, 'below.csv');
    const minutes = Array.from({ length: 300 }, (_, minute) => `${60 * minute},${-1 - (minute % 7)}`);
    await writeFile(below, ['timestamp,value', ...minutes].join('\n'));
    const { stdout } = await backtest('--csv', below);
    assert.match(stdout, /^ {2}- The load was never above 0 in this time, and as low as -7\. /m);
    assert.match(stdout, /Below 0 counts as none/);
  });

  it('says of a load that is too short how long it is, and not what was never asked for', async () => {
    const short = join(folder, 'short.csv');
    const minutes = Array.from({ length: 90 }, (_, minute) => `${60 * minute},${minute % 7}`);
    await writeFile(short, ['timestamp,value', ...minutes].join('\n'));
    const { stderr } = await refusalOf(['backtest', '--csv', short]);
    assert.match(stderr, /the load lasts 1h30m; expected 3h or more/);
    assert.doesNotMatch(stderr, /--evaluate/);
  });

  it('refuses to evaluate more than there is, and a capacity below the threshold', async () => {
    const tooMuch = await backtest('--csv', csv, '--evaluate', '30d');
    assert.equal(tooMuch.stdout, '');
    assert.match(tooMuch.stderr, /--evaluate is 30d of 4d of load/);
    const args = ['--csv', csv, '--threshold', '10', '--capacity', '5'];
    const { stderr } = await refusalOf(['backtest', ...args]);
    assert.match(stderr, /--capacity is 5, below the threshold of 10/);
    const late = ['--csv', csv, '--target-overload', '1%', '--startup', '20m'];
    assert.match(
      (await refusalOf(['backtest', ...late])).stderr,
      /--startup is 20m, longer than the --horizon of 15m: pods would be ready too late; lengthen --horizon/,
    );
  });

  it('reads the load from a real Prometheus', async () => {
    const endSeconds = Math.floor(Date.now() / 1000 / 60) * 60;
    const history = workloadOpenMetrics({
      startSeconds: endSeconds - 4 * 86_400,
      endSeconds,
      intervalSeconds: 60,
    });
    const prometheus = await PrometheusServer.start({ history });
    try {
      const { code, stdout, stderr } = await backtest(
        ...['--prometheus', prometheus.address, '--query', 'web_load{app="shop"}'],
        ...['--evaluate', '1d', '--refit', '6h', '--threshold', '30', '--json'],
      );
      assert.equal(stderr, '');
      assert.equal(code, 0);
      const result = JSON.parse(stdout);
      // Four days were filled in; the newest minute may have passed since.
      assert.ok(Math.abs(result.evaluated.historyBeforeSeconds - 3 * 86_400) <= 300);
      assert.match(result.scaledObject, /query: web_load\{app="shop"\}/);
      // A Prometheus of this machine is none that the scaler in a cluster could reach.
      assert.doesNotMatch(result.scaledObject, /^ *prometheusAddress/m);
      assert.match(result.scaledObject, new RegExp(`^# "${prometheus.address}" is not this machine where`));
      const oracle = result.policies.find(({ policy }: { policy: string }) => policy === 'oracle');
      const { startSeconds, endSeconds: endedSeconds } = result.evaluated;
      assertWithin(oracle.podHours, podHours(startSeconds, endedSeconds, 30));

      // The parenthesis is at the fourth character of what was typed.
      const broken = await refusalOf(['backtest', '--prometheus', prometheus.address, '--query', 'sum(']);
      assert.match(broken.stderr, /refuses the query .*1:5: parse error: unclosed left parenthesis/);

      const empty = await backtest('--prometheus', prometheus.address, '--query', 'nothing_at_all');
      assert.equal(
        empty.stderr,
        'predictive-scaler: the query gave no finite value in the last 3w: nothing_at_all\n',
      );
    } finally {
      await prometheus.close();
    }
  });

  it('names what is wrong with a Prometheus that does not listen, and no pause between requests', async () => {
    const { code, stderr } = await refusalOf([
      'backtest',
      '--prometheus',
      'http://127.0.0.1:1',
      '--query',
      'up',
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /^predictive-scaler: Prometheus at http:\/\/127\.0\.0\.1:1 cannot be reached \(/);
  });

  it('changes nothing about a terminal that Ctrl-C during the replay would leave changed', async () => {
    const command = [
      process.execPath,
      join(packageRoot, 'dist/scaler/cli/main.js'),
      'backtest',
      '--csv',
      csv,
    ];
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const { stdout } = await promisify(execFile)('script', ['--quiet', '--command', quoted, '/dev/null']);
    assert.match(stdout, /replaying \[/);
    // Neither is the cursor hidden nor wrapping switched off.
    assert.ok(!stdout.includes('\x1b[?25l') && !stdout.includes('\x1b[?7l'));
  });

  it('finds the pod-hours that the generated load asks for, on every weekday and hour, and where clocks change', () => {
    // Weeks in which clocks change, in Europe and in America; each holds every weekday and hour.
    for (const week of ['2026-03-29', '2026-11-01'])
      for (let hour = -84; hour < 84; hour++) {
        const endSeconds = Date.parse(week) / 1000 + 3600 * hour;
        const startSeconds = endSeconds - DAY_SECONDS;
        const samples = [...workloadSamples({ startSeconds, endSeconds, intervalSeconds: 60 })];
        const load = loadOfSamples({
          timestamps: Float64Array.from(samples, ([seconds]) => seconds),
          values: Float64Array.from(samples, ([, value]) => value),
        });
        const setup = { ...testSetup, targetPerReplica: 30, capacityPerReplica: 30 / 0.7 };
        const oracle = oracleSignal(load, { from: 0, to: load.demand.length }, 15);
        const { outcome } = simulateScaling(oracle, load.demand, setup);
        assertWithin(outcome.podHours, podHours(startSeconds, endSeconds, 30));
      }
  });

  it('is documented option by option, and nothing else is', async () => {
    const text = await readFile(join(packageRoot, 'docs/backtest.md'), 'utf8');
    const [, table] = /## Options\n([\s\S]*?)\n## /.exec(text)!;
    const firstColumns = table!.split('\n').map((line) => line.split('|')[1] ?? '');
    const documented = firstColumns.flatMap((cell) => cell.match(/--[a-z][a-z-]*/g) ?? []).sort();
    const accepted = backtestCommand()
      .options.map(({ long }) => long)
      .sort();
    assert.deepEqual(documented, accepted);
  });
});

const DAY_SECONDS = 86_400;

/**
 * Fewest and most pod-hours that an autoscaler may need which knows the generated load of the next 15 minutes. Its
 * tolerance lets pods carry a tenth more or less than the threshold; scale-down waits five minutes, and a sync more.
 */
function podHours(fromSeconds: number, toSeconds: number, threshold: number): [least: number, most: number] {
  let least = 0;
  let most = 0;
  for (let at = fromSeconds; at < toSeconds; at += 60) {
    let highest = 0;
    for (let near = at - 360; near <= at + 960; near += 60) highest = Math.max(highest, workloadAt(near));
    least += workloadAt(at) / (1.1 * threshold) / 60;
    most += (Math.ceil(highest / (0.9 * threshold)) + 1) / 60;
  }
  return [least, most];
}

function assertWithin(value: number, [least, most]: readonly [number, number]): void {
  assert.ok(value >= least && value <= most, `${value}, expected ${least} to ${most}`);
}
