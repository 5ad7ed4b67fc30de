import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describeVariables } from '../apps/shared/environment.js';
import { packageRoot } from '../scaler/package-root.js';
import { ChildProgram } from '../test/support/child-program.js';
import { readDockerfile, type Stage } from '../test/support/compose/dockerfile.js';
import { importClosure } from '../test/support/compose/import-closure.js';
import { appVariables } from '../test/support/compose/programs.js';

const run = promisify(execFile);
const stages = readDockerfile();
/** The stages that are images of programs: those with an entry point. */
const images = [...stages.values()].filter(({ entrypoint }) => entrypoint !== undefined);
const { dependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const ignored = readFileSync(join(packageRoot, '.dockerignore'), 'utf8').split('\n');

describe('the Dockerfile', () => {
  it('has an image for the scaler, each app and the history simulator', () => {
    assert.deepEqual(
      images.map(({ name }) => name).sort(),
      ['scaler', 'history-simulator', ...Object.keys(appVariables)].sort(),
    );
  });

  it('starts from one base image, pinned to a full version', () => {
    for (const { name, base } of stages.values())
      assert.ok(stages.has(base) || /^node:\d+\.\d+\.\d+-[\w-]+$/.test(base), `${name} is built on ${base}`);
  });

  it('copies only what is there and is not kept out of the build', () => {
    for (const { name, copies } of stages.values())
      for (const { from, sources } of copies)
        for (const source of sources) {
          if (from !== undefined) {
            assert.ok(stages.has(from), `${name} copies from ${from}`);
            continue;
          }
          assert.ok(existsSync(join(packageRoot, source)), `${name} copies ${source}`);
          assert.ok(!ignored.includes(source), `${source} is in .dockerignore`);
        }
  });

  it('keeps secrets and local state out of the build', () => {
    for (const entry of ['.env', '.git', 'node_modules', 'var', 'dist'])
      assert.ok(ignored.includes(entry), `${entry} is missing in .dockerignore`);
  });

  it('compiles every folder that tsconfig.json includes and an image needs', () => {
    const copied = stages.get('build')!.copies.flatMap(({ sources }) => sources);
    for (const source of ['tsconfig.json', 'scaler', 'apps', 'loadtests', 'docs', 'package-lock.json'])
      assert.ok(copied.includes(source), `${source} is not copied to the build`);
  });

  for (const image of images) {
    describe(`the image ${image.name}`, () => {
      it('runs as a user that is not root', () => {
        assert.equal(image.user, 'node');
      });

      it('starts node itself, which gets the signals, on a program that exists', () => {
        const [command, script] = image.entrypoint!;
        assert.equal(command, 'node');
        assert.ok(existsSync(join(packageRoot, script!)), `${script} was not compiled`);
      });

      it('holds every module that its programs load, and every package as a production dependency', () => {
        const scripts = [
          image.entrypoint![1]!,
          ...(image.healthCheck ?? []).filter((word) => word.endsWith('.js')),
        ];
        for (const script of scripts) {
          const { files, packages } = importClosure(join(packageRoot, script));
          for (const file of files)
            assert.ok(holds(image, relative(packageRoot, file)), `${file} is not copied`);
          for (const name of packages)
            assert.ok(name in dependencies, `${script} imports ${name}, which is no production dependency`);
        }
      });

      it('has a health check on a port that it exposes', () => {
        assert.ok(image.healthCheck !== undefined);
        const schema = appVariables[image.name];
        if (image.name === 'history-simulator' || schema === undefined) return; // a command that ends; asks itself
        const [, , variable, port] = image.healthCheck;
        assert.ok(image.ports.includes(Number(port)));
        const described = describeVariables(schema).find(({ name }) => name === variable);
        assert.equal(described?.default, port, `${variable} has another default`);
      });

      it('exposes the ports that its program listens on by default', () => {
        const schema = appVariables[image.name];
        if (schema === undefined) return;
        const ports = describeVariables(schema)
          .filter(({ name }) => /^(METRICS_)?PORT$/.test(name))
          .map((variable) => Number(variable.default));
        assert.deepEqual([...image.ports].sort(), ports.sort());
      });
    });
  }

  it('exposes the ports that the scaler listens on by default', () => {
    const reference = readFileSync(join(packageRoot, 'docs/configuration.md'), 'utf8');
    for (const port of stages.get('scaler')!.ports)
      assert.match(reference, new RegExp(`default \`0\\.0\\.0\\.0:${port}\``));
  });
});

describe('the images, put together as the Dockerfile says but without an engine', () => {
  let folder: string;
  const buildFolder = () => join(folder, 'build');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dockerfile-'));
    const build = stages.get('build')!;
    await copyInto(buildFolder(), build);
    await symlink(join(packageRoot, 'node_modules'), join(buildFolder(), 'node_modules'));
    for (const command of build.runs.filter((each) => !each.startsWith('npm ci')))
      await run('sh', ['-euc', command], { cwd: buildFolder() });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Does the COPY instructions of a stage, except for npm packages. */
  async function copyInto(destination: string, stage: Stage): Promise<void> {
    for (const { from, sources, destination: target } of stage.copies) {
      if (from === 'modules') continue;
      for (const source of sources) {
        const path =
          from === 'build' ? join(buildFolder(), source.replace('/build/', '')) : join(packageRoot, source);
        const isFolder = (await stat(path)).isDirectory();
        const intoFolder = target.endsWith('/') || (sources.length > 1 && !isFolder);
        const copy = join(destination, target, intoFolder ? basename(source) : '');
        await cp(path, copy, { recursive: true });
      }
    }
  }

  async function image(name: string): Promise<string> {
    const root = join(folder, name);
    await copyInto(root, stages.get(name)!);
    await symlink(join(packageRoot, 'node_modules'), join(root, 'node_modules'));
    return root;
  }

  it('hold no tests', async () => {
    const files = await readdir(join(buildFolder(), 'dist'), { recursive: true });
    assert.ok(files.length > 100);
    assert.deepEqual(
      files.filter((file) => file.includes('.test.js') || file.startsWith('test/')),
      [],
    );
  });

  it('start the scaler, which answers its health check until it is told to stop', async () => {
    const root = await image('scaler');
    const [, script] = stages.get('scaler')!.entrypoint!;
    const scaler = new ChildProgram(
      pathToFileURL(join(root, script!)),
      { SCALER_GRPC_ADDRESS: '127.0.0.1:0', SCALER_HTTP_ADDRESS: '127.0.0.1:0' },
      stages.get('scaler')!.command,
    );
    const { http } = await scaler.logged('the scaler serves');
    const [, check, ...args] = stages.get('scaler')!.healthCheck!;
    const health = (address: string) =>
      new ChildProgram(pathToFileURL(join(root, check!)), { SCALER_HTTP_ADDRESS: address }, args).ended();
    // An address of its own, as an operator may set it, and one where nothing listens.
    assert.deepEqual(await health(`127.0.0.1:${http}`), { code: 0, signal: null });
    assert.deepEqual(await health('127.0.0.1:1'), { code: 1, signal: null });
    assert.deepEqual(await scaler.stop(), { code: 0, signal: null });
  });

  // Those that need a broker or a database are started, with all of theirs, by the tests of their folders.
  for (const name of ['telemetry', 'pokedex', 'hello-metrics']) {
    it(`start ${name}`, async () => {
      const root = await image(name);
      const program = new ChildProgram(pathToFileURL(join(root, stages.get(name)!.entrypoint![1]!)), {
        HOST: '127.0.0.1',
        PORT: '0',
        METRICS_PORT: '0',
      });
      await program.logged('started');
      assert.deepEqual(await program.stop(), { code: 0, signal: null });
    });
  }

  it('run the history simulator', async () => {
    const root = await image('history-simulator');
    const script = join(root, stages.get('history-simulator')!.entrypoint![1]!);
    const output = join(folder, 'past');
    await run(process.execPath, [script, 'write', '--output', output, '--days', '1']);
    assert.ok((await readdir(output)).length >= 1);
  });
});

function holds(image: Stage, path: string): boolean {
  return image.copies.some(({ sources }) =>
    sources.some((source) => {
      const copied = source.replace('/build/', '');
      return path === copied || path.startsWith(`${copied}/`);
    }),
  );
}
