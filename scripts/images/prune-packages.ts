/**
 * Removes from node_modules, and from package.json, all packages that some programs neither import nor need through
 * another package. The Dockerfile runs it for each image.
 *
 * Usage, in the folder of package.json:  node prune-packages.js PROGRAM.js...
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importClosure } from './import-closure.js';

const programs = process.argv.slice(2);
if (programs.length === 0) throw new Error('no program given: expected the compiled main file of each');

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
const imported = new Set(programs.flatMap((program) => [...importClosure(resolve(program)).packages]));
const missing = [...imported].filter((name) => !(name in manifest.dependencies));
if (missing.length > 0)
  throw new Error(`package.json lacks a dependency on ${missing.join(', ')}, which ${programs} import`);

manifest.dependencies = Object.fromEntries(
  Object.entries(manifest.dependencies).filter(([name]) => imported.has(name)),
);
writeFileSync('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
execFileSync('npm', ['prune', '--omit=dev', '--no-audit', '--no-fund'], { stdio: 'inherit' });
// It still lists what only development needs, which scanners would take for contents of the image.
rmSync('package-lock.json');
