import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { packageRoot, packageVersion } from '../shared/package-root.js';

/** Runs a program to its end and gives what it wrote. */
const run = (program: string, args: readonly string[], cwd: string) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const unpacked = join(folder, 'package');
  let command: string;

  before(() => {
    const [{ filename }] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], packageRoot),
    );
    run('tar', ['xzf', filename], folder);
    const { bin } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
    command = join(unpacked, bin['predictive-scaler']);
    // The dependencies that `npm install` of the package would bring.
    symlinkSync(join(packageRoot, 'node_modules'), join(unpacked, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('gives the command predictive-scaler, with all that it needs and without tests', () => {
    assert.equal(run(command, ['--version'], folder).trim(), packageVersion);
    assert.ok(!existsSync(join(unpacked, 'dist/scaler/cli/package.test.js')));
    assert.ok(existsSync(join(unpacked, 'proto/externalscaler.proto')));
    const { timestamps, values } = minuteSamples(4, officeLoad);
    const lines = Array.from(timestamps, (timestamp, i) => `${timestamp},${values[i]}\n`);
    writeFileSync(join(folder, 'load.csv'), `timestamp,value\n${lines.join('')}`);
    const asked = ['backtest', '--csv', 'load.csv', '--evaluate', '2h', '--report', 'report.html'];
    run(command, asked, folder);
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /^<!doctype html>/);
  });

  it('gives the command to npx in a checkout', () => {
    assert.equal(run('npx', ['predictive-scaler', '--version'], packageRoot).trim(), packageVersion);
  });
});
