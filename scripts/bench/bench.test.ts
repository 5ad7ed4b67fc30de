import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minuteSamples, officeLoad } from '../../scaler/backtest/test-support/load.js';
import { scalingTable } from './scaling.js';
import { loadTraces } from './traces.js';

describe('bench', () => {
  it('generates the same traces in every run, sixteen days a minute apart', async () => {
    const [once, again] = [await loadTraces(undefined), await loadTraces(undefined)];
    assert.deepEqual(once, again);
    assert.ok(once.length >= 3);
    for (const { samples } of once) assert.equal(samples.timestamps.length, 16 * 1440);
  });

  it('takes every CSV file of a folder, in the order of their names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'traces-'));
    try {
      for (const name of ['b.csv', 'a.csv']) await writeFile(join(folder, name), 'timestamp,value\n60,1\n');
      await writeFile(join(folder, 'notes.txt'), 'not a trace');
      assert.deepEqual(
        (await loadTraces(folder)).map(({ name }) => name),
        ['a', 'b'],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('prints each trace that is fine enough, and the mean of them', () => {
    const fine = { name: 'office', samples: minuteSamples(5, officeLoad) };
    const coarse = {
      name: 'coarse',
      samples: { ...fine.samples, timestamps: fine.samples.timestamps.map((time, i) => time + 240 * i) },
    };
    const [, , row, all, ...rest] = scalingTable([fine, coarse]).split('\n');
    // The sudden rises of this load are out of a reactive autoscaler's reach at 0.2 %, which counts as 5.
    assert.match(
      row!,
      /^office +\d\.\d\d \/ 5\.00 +\d\.\d\d \/ \d\.\d\d +\d\.\d\d \/ \d\.\d\d( +\d\.\d\d %){3}$/,
    );
    assert.match(all!, /^all /);
    assert.deepEqual(rest, []);
  });
});
