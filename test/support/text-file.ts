import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with a text, deleted after the tests of the suite that calls this. @returns its path */
export function textFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-text-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'text');
  writeFileSync(path, text);
  return path;
}
