/**
 * Compiles to dist/ and copies the pages' assets there; `npm run build` runs it. It writes only what has changed, so
 * programs that run from dist/ are not disturbed, and it removes what no longer has a source.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Folders with a tsconfig.json, each compiled on its own. Their build information lies in dist/.build. */
const projects = ['.', 'loadtests', 'scaler/web/page', 'apps/boiler/dashboard/page'];

/** Files that are copied as they are: target and source. */
const assets = new Map([
  ['dist/scaler/web/api/openapi.yaml', 'docs/openapi.yaml'],
  ...['scaler/web/page', 'scaler/backtest/report', 'apps/boiler/dashboard/page'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(html|css|svg|js)$/.test(name))
      .map((name) => /** @type {const} */ ([`dist/${folder}/${name}`, `${folder}/${name}`])),
  ),
]);

for (const project of projects) {
  try {
    // Not `tsc -b`: it goes by the time of files and so misses for ever what is edited while it runs.
    execFileSync('node_modules/.bin/tsc', ['-p', project], { stdio: 'inherit' });
  } catch (error) {
    // An exit code means that the compiler has said what is wrong.
    if (/** @type {{ status?: number }} */ (error).status === undefined) throw error;
    process.exit(1);
  }
}
for (const [target, source] of assets) {
  if (existsSync(target) && readFileSync(target).equals(readFileSync(source))) continue;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}
removeStale('dist');
// The image and a checkout start the command by this file's name.
chmodSync('dist/scaler/cli/main.js', 0o755);

/** Removes outputs without a source, and folders that are empty then. @param {string} folder */
function removeStale(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === 'dist/.build') continue;
    if (entry.isDirectory()) removeStale(path);
    else if (!assets.has(path) && !existsSync(sourceOf(path))) rmSync(path, { force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** @param {string} path of a compiled file */
function sourceOf(path) {
  return path.replace(/^dist\//, '').replace(/\.js(\.map)?$/, '.ts');
}
