import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../scaler/package-root.js';

/**
 * Where a program lies: in .tools/, which `make tools` fills, or on the PATH.
 * @returns undefined when it is on neither
 */
export function findProgram(name: string): string | undefined {
  const folders = [join(packageRoot, '.tools'), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
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
