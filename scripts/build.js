/**
 * Compiles to dist/ and bundles the pages there; `npm run build` runs it. It writes only what has changed, so
 * programs that run from dist/ are not disturbed, and it removes what no longer has a source.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Folders with a tsconfig.json. Their build information lies in dist/.build. */
const projects = ['.', 'loadtests', 'scaler/page-kit'];

/** What browsers run, each bundled with all that it imports: entry points and how they are loaded. */
/** @type {import('esbuild').BuildOptions[]} */
const pages = [
  {
    entryPoints: ['main.ts', 'theme.ts', 'style.css'].map((name) => `scaler/web/page/${name}`),
    format: 'esm',
    splitting: true,
    chunkNames: 'scaler/web/page/[name]-[hash]',
  },
  {
    entryPoints: ['main.ts', 'style.css'].map((name) => `scaler/backtest/report/page/${name}`),
    format: 'iife',
  },
  {
    entryPoints: ['main.ts', 'style.css'].map((name) => `apps/boiler/dashboard/page/${name}`),
    format: 'esm',
  },
];

/** The thread that reads calendars, with its libraries inside: of their data on all countries the image needs little. */
/** @type {import('esbuild').BuildOptions} */
const expander = {
  entryPoints: [{ in: 'scaler/calendar/expand-worker.ts', out: 'scaler/calendar/expand-worker.bundle' }],
  platform: 'node',
  format: 'esm',
  legalComments: 'inline',
  // What is CommonJS inside asks for modules of Node.js by `require`.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

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

/** Files beside the compiled ones: target and content. @type {Map<string, Uint8Array>} */
const assets = new Map([['dist/scaler/web/api/openapi.yaml', readFileSync('docs/openapi.yaml')]]);
for (const folder of ['scaler/web/page', 'apps/boiler/dashboard/page'])
  for (const name of readdirSync(folder))
    if (/\.(html|svg)$/.test(name)) assets.set(`dist/${folder}/${name}`, readFileSync(`${folder}/${name}`));
for (const bundle of [...pages, expander]) {
  const built = buildSync({
    ...bundle,
    bundle: true,
    minify: true,
    target: 'es2023',
    outdir: 'dist',
    outbase: '.',
    write: false,
  });
  for (const { path, contents } of built.outputFiles) assets.set(relative('.', path), contents);
}
for (const [target, content] of assets) {
  if (existsSync(target) && readFileSync(target).equals(content)) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
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
    else if (!assets.has(path) && (path.includes('/page/') || !existsSync(sourceOf(path))))
      rmSync(path, { force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** @param {string} path of a compiled file */
function sourceOf(path) {
  return path.replace(/^dist\//, '').replace(/\.js(\.map)?$/, '.ts');
}
