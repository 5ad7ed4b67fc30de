import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ScalerError } from '../shared/errors.js';
import { parseCsv, readCsv } from './csv.js';

describe('parseCsv', () => {
  it('reads epoch seconds and ISO 8601 times, in any column order, and ignores further columns', () => {
    const { timestamps, values } = parseCsv(
      '\ufeffvalue,pod,Timestamp\n1.5,a,1700000000\n-2e3,b,2023-11-14T22:14:20Z\n3,c,2023-11-15T00:15:20+02:00\n',
      'x.csv',
    );
    assert.deepEqual([...timestamps], [1700000000, 1700000060, 1700000120]);
    assert.deepEqual([...values], [1.5, -2000, 3]);
  });

  it('leaves out what is not known', () => {
    const { timestamps, values } = parseCsv('timestamp,value\n60,1\n120,NaN\n180,\n240,+Inf\n300,2', 'x');
    assert.deepEqual([...timestamps], [60, 300]);
    assert.deepEqual([...values], [1, 2]);
  });

  const wrong: [name: string, text: string, message: RegExp][] = [
    ['another header', 'Time,load\n1,2', /^x\.csv: the first line is "Time,load"; expected a header line/],
    ['no sample', 'timestamp,value\n', /holds no sample/],
    ['an empty file', '', /^x\.csv is empty; expected a header line/],
    ['a word for a value', 'timestamp,value\n60,1\n120,much', /^x\.csv line 3: "much" is not a number$/],
    [
      'a time without zone',
      'timestamp,value\n2026-03-01T08:00:00,1',
      /line 2: "2026-03-01T08:00:00" is not a t/,
    ],
    ['milliseconds', 'timestamp,value\n1700000000000,1', /line 2: "1700000000000" is not a timestamp/],
    [
      'times out of order',
      'timestamp,value\n120,1\n60,1',
      /line 3: timestamp "60" is not after the one before/,
    ],
    ['a broken quote', 'timestamp,value\n60,"1\n', /is not CSV/],
  ];
  for (const [name, text, message] of wrong)
    it(`refuses ${name} in one line`, () => {
      assert.throws(
        () => parseCsv(text, 'x.csv'),
        (error) => {
          assert.ok(error instanceof ScalerError);
          assert.equal(error.kind, 'invalid');
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
});

describe('readCsv', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'csv-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const notText: [name: string, bytes: Buffer, message: RegExp][] = [
    [
      'is compressed',
      gzipSync('timestamp,value\n60,1\n'),
      /load\.csv is compressed by gzip; unpack it first$/,
    ],
    [
      'a spreadsheet has saved as Unicode',
      Buffer.from('\ufefftimestamp,value\n60,1\n', 'utf16le'),
      /load\.csv is text in UTF-16; save it as UTF-8$/,
    ],
  ];
  for (const [name, bytes, message] of notText)
    it(`says what to do about a file that ${name}`, async () => {
      const file = join(folder, 'load.csv');
      await writeFile(file, bytes);
      await assert.rejects(readCsv(file), message);
    });

  it('says so when the file does not exist', async () => {
    await assert.rejects(
      readCsv('/nowhere/load.csv'),
      /cannot read \/nowhere\/load\.csv: there is no such file/,
    );
  });
});
