import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../scaler/shared/package-root.js';

const dist = join(packageRoot, 'dist');

describe('the build', () => {
  const deleted = join(dist, 'scripts', 'deleted');
  let built: Map<string, number>;

  before(async () => {
    built = await changeTimes();
    await mkdir(deleted, { recursive: true });
    for (const name of ['old.test.js', 'old.test.js.map', 'old.css'])
      await writeFile(join(deleted, name), '');
    await promisify(execFile)(process.execPath, [join(packageRoot, 'scripts/build.js')]);
  });

  it('leaves files alone that have not changed, so that programs running from dist/ go on', async () => {
    assert.ok(built.size > 500);
    assert.deepEqual(await changeTimes(), built, 'differs where dist/ was not up to date before the test');
  });

  it('removes outputs whose source is gone, such as those of deleted tests', () => {
    assert.equal(existsSync(deleted), false);
  });
});

/** The time of the last change of each output. */
async function changeTimes(): Promise<Map<string, number>> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const outputs = files.filter((file) => !file.includes('/.build/'));
  return new Map(await Promise.all(outputs.map(async (file) => [file, (await stat(file)).mtimeMs] as const)));
}
