import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json, from which files that are not compiled are found. */
export const packageRoot = findUp(dirname(fileURLToPath(import.meta.url)));

/** Version and description in package.json. */
export const { version: packageVersion, description: packageDescription } = JSON.parse(
  readFileSync(join(packageRoot, 'package.json'), 'utf8'),
) as { version: string; description: string };

function findUp(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error('no package.json above the program: it was not installed as a package');
  return findUp(parent);
}
