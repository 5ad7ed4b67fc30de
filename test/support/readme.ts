import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { describeVariables } from '../../apps/shared/environment.js';
import { commonVariables } from '../../apps/shared/run-program.js';
import { packageRoot } from '../../scaler/shared/package-root.js';

/** The first cells of the table rows under a heading of a README, code marks removed. */
function tableUnder(readme: string, heading: string): string[][] {
  const start = readme.indexOf(`\n## ${heading}\n`);
  assert.notEqual(start, -1, `the README has no "## ${heading}"`);
  const section = readme.slice(start + 1).split(/\n## /)[0]!;
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

/**
 * Fails unless the table under `## Variables` of an app's README lists exactly the variables that the code reads
 * (the common ones included), each with its default and meaning.
 * @param app the folder under apps/
 * @param schemas the schemas of the app's programs
 */
export function assertReadmeListsVariables(app: string, ...schemas: z.ZodObject[]): void {
  assertReadmeListsExactly(app, ...schemas, commonVariables);
}

/** {@link assertReadmeListsVariables} for a command without the common variables. */
export function assertReadmeListsExactly(app: string, ...schemas: z.ZodObject[]): void {
  const expected = new Map(
    schemas
      .flatMap(describeVariables)
      .map(({ name, default: value, meaning }) => [name, [name, value, meaning.replaceAll('`', '')]]),
  );
  assert.deepEqual(tableUnder(readmeOf(app), 'Variables'), [...expected.values()]);
}

/**
 * Fails unless the table under `## Metrics` of an app's README names exactly the metric families of its `/metrics`,
 * apart from the `process_` and `nodejs_` ones that every Node.js program has.
 * @param exposition what `/metrics` answered; several programs of one app give several
 */
export function assertReadmeListsMetrics(app: string, ...expositions: string[]): void {
  const families = expositions.flatMap((text) =>
    [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!),
  );
  const own = families.filter((name) => !/^(process|nodejs)_/.test(name));
  const listed = tableUnder(readmeOf(app), 'Metrics').map(([name]) => name!.split('{')[0]!);
  assert.deepEqual(listed.sort(), [...new Set(own)].sort());
}

/**
 * Fails unless the table under `## Options` of a command's README lists exactly the options of its subcommands, in
 * the order of the code, each with its default and description.
 */
export function assertReadmeListsOptions(app: string, command: Command): void {
  const options = command.commands.flatMap((subcommand) => subcommand.options);
  const expected = new Map(
    options.map(({ flags, defaultValue, mandatory, description }) => [
      flags,
      [flags, mandatory ? 'required' : String(defaultValue ?? 'none'), description],
    ]),
  );
  assert.deepEqual(tableUnder(readmeOf(app), 'Options'), [...expected.values()]);
}

function readmeOf(app: string): string {
  return readFileSync(join(packageRoot, 'apps', app, 'README.md'), 'utf8');
}
