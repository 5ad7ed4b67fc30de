import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../shared/package-root.js';

/** Every file below a folder by its path, with its text. */
function filesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.sort().map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]),
  );
}

describe('the types of the gRPC contract', () => {
  it('are what `npm run proto:types` makes of proto/', () => {
    const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const [program, ...options] = scripts['proto:types'].split(' ');
    const folder = mkdtempSync(join(tmpdir(), 'proto-types-'));
    try {
      const elsewhere = options.map((option: string) => option.replace(/^(--outDir=).*/, `$1${folder}`));
      execFileSync(join(packageRoot, 'node_modules/.bin', program), elsewhere, { cwd: packageRoot });
      const fresh = filesIn(folder);
      assert.ok(Object.keys(fresh).length > 5, 'the generator made no files');
      assert.deepEqual(filesIn(join(packageRoot, 'scaler/grpc/generated')), fresh);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
