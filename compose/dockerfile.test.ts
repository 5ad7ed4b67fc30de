import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findProgram } from '../apps/local-stack/servers/find-program.js';
import { describeVariables } from '../apps/shared/environment.js';
import { packageRoot } from '../scaler/shared/package-root.js';
import { importClosure } from '../scripts/images/import-closure.js';
import { entryPointOf, readDockerfile, type Stage } from '../test/support/compose/dockerfile.js';
import { appVariables } from '../test/support/compose/programs.js';

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

  const hadolint = findProgram('hadolint');
  if (hadolint !== undefined)
    it('follows the rules of hadolint', () => {
      const options = ['--no-color', '--failure-threshold', 'warning'];
      execFileSync(hadolint, [...options, join(packageRoot, 'Dockerfile')]);
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
        const { command, program } = entryPointOf(image);
        assert.equal(command, 'node');
        assert.ok(existsSync(join(packageRoot, program)), `${program} was not compiled`);
      });

      it('holds every module that its programs load, and every package as a production dependency', () => {
        const scripts = [
          entryPointOf(image).program,
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
      assert.match(reference, new RegExp(`default \`:${port}\``));
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
