import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');

/** The rows of the tables whose last column says which tests hold them. */
function heldRows(text: string): { attempt: string; heldBy: string }[] {
  const rows: { attempt: string; heldBy: string }[] = [];
  let isHeld = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) isHeld = false;
    else if (line.endsWith('| held by |')) isHeld = true;
    else if (isHeld && !line.startsWith('|---')) {
      const cells = line.slice(1, -1).split(' | ');
      rows.push({ attempt: cells[0]!.trim(), heldBy: cells.at(-1)!.trim() });
    }
  }
  return rows;
}

describe('docs/security.md', () => {
  const rows = heldRows(read('docs/security.md'));

  it('has an answer to many attempts', () => {
    assert.ok(rows.length > 30, `${rows.length} rows`);
  });

  for (const { attempt, heldBy } of rows)
    it(`names tests that are there: ${attempt}`, () => {
      const files = [...heldBy.matchAll(/`([^`]+)`((?:,? "[^"]+")*)/g)];
      assert.notEqual(files.length, 0, 'no file is named');
      for (const [, path, titles] of files) {
        if (path === 'audit') continue;
        const text = read(path!);
        for (const [, title] of titles!.matchAll(/"([^"]+)"/g))
          assert.ok(text.includes(title!), `${path} has no test "${title}"`);
        assert.ok(!path!.endsWith('.test.ts') || titles !== '', `no test of ${path} is named`);
      }
    });
});
