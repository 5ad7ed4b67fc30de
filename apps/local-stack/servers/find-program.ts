import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../../scaler/shared/package-root.js';

/**
 * Where a program lies: in .tools/, which `make tools` fills, on the PATH, or where Debian's packages put programs.
 * @returns undefined when it is in none of these
 */
export function findProgram(name: string): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [join(packageRoot, '.tools'), ...onPath, '/usr/bin', '/usr/local/bin']
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
