import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  environmentName,
  environmentOnly,
  isGone,
  isStructured,
  settingsSchema,
} from '../../scaler/config/settings.js';
import { type FieldMeta, metaOf } from '../../scaler/shared/fields.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { shapeOf, unwrapped } from '../../scaler/shared/problems.js';
import { aliases, keyGroups } from '../../scaler/trigger/keys.js';

/** The pages whose blocks between `<!-- begin NAME -->` and `<!-- end -->` are written from the code. */
export const referencePages = ['docs/triggers.md', 'docs/configuration.md', 'docs/architecture.md'] as const;

/** Each block's lines by its name. */
const blocks: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(keyGroups).map(([group, keys]) => [
      `keys: ${group}`,
      Object.entries(keys).map(([name, schema]) => keyLine(name, schema)),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(settingsSchema.shape)
      .map(([group, schema]) => [
        `settings: ${group}`,
        isStructured(group)
          ? structureLines(schema, group)
          : Object.entries(shapeOf(schema))
              .filter(([, setting]) => !isGone(setting))
              .map(([name, setting]) => settingLine(`${group}.${name}`, setting)),
      ])
      .filter(([, lines]) => lines!.length > 0),
  ),
  'picture: folders': ['```mermaid', picture(), '```'],
  'settings: variables': Object.entries(environmentOnly).map(
    ([name, meaning]) => `- \`${name}\`: ${meaning}`,
  ),
};

/**
 * A page with its blocks written again.
 * @throws Error when the page has a block that the code does not know
 */
export function withReference(path: string): string {
  const page = readFileSync(join(packageRoot, path), 'utf8');
  return page.replaceAll(/(<!-- begin (.*) -->\n)[\s\S]*?(<!-- end -->)/g, (_, begin, name, end) => {
    const lines = blocks[name];
    if (lines === undefined) throw new Error(`${path}: there is nothing to write for "${name}"`);
    return `${begin}${lines.join('\n')}\n${end}`;
  });
}

/** Names of the blocks that a page has. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(/<!-- begin (.*) -->/g)].map(([, name]) => name!);
}

/** Names of all blocks that the pages together must have. */
export const blockNames = Object.keys(blocks);

function keyLine(name: string, schema: z.core.$ZodType): string {
  const { form, example, meaning, shownDefault } = known(name, metaOf(schema));
  const others = Object.keys(aliases).filter((alias) => aliases[alias] === name);
  const also = others.map((alias) => `; also \`${alias}\``).join('');
  return `- \`${name}\` (${whenAbsent(shownDefault)}${also}): ${meaning} Accepted: ${form}. Example: \`${example}\`.`;
}

function settingLine(path: string, schema: z.core.$ZodType): string {
  const { form, meaning, shownDefault } = known(path, metaOf(schema));
  return `- \`${path}\` (\`${environmentName(path)}\`, ${whenAbsent(shownDefault)}): ${meaning} Accepted: ${form}.`;
}

/** Lines of what may stand in a structured group; NAME stands for the name of a source or calendar. */
function structureLines(schema: z.core.$ZodType, path: string): string[] {
  const meta = metaOf(schema);
  if (meta !== undefined) {
    const accepted = meta.form === undefined ? '' : ` Accepted: ${meta.form}.`;
    return [`- \`${path}\` (${whenAbsent(meta.shownDefault)}): ${meta.meaning}${accepted}`];
  }
  const { shape = {}, valueType, element } = unwrapped(schema);
  if (valueType !== undefined) return structureLines(valueType, `${path}.NAME`);
  if (element !== undefined) return structureLines(element, `${path}[]`);
  return Object.entries(shape).flatMap(([name, inner]) => structureLines(inner, `${path}.${name}`));
}

/** The folders of scaler/ and what they import, drawn by dependency-cruiser. */
function picture(): string {
  const drawn = execFileSync(
    join(packageRoot, 'node_modules', '.bin', 'depcruise'),
    [
      'scaler',
      ...['--exclude', '\\.test\\.ts$|/generated/|^scaler/(main\\.ts|cli|shared)'],
      ...['--include-only', '^scaler/', '--collapse', '^scaler/[^/]+', '--output-type', 'mermaid'],
    ],
    { cwd: packageRoot, encoding: 'utf8' },
  );
  return drawn.trim();
}

function whenAbsent(shownDefault: string | undefined): string {
  return shownDefault === undefined ? 'required' : `default ${shownDefault}`;
}

function known(name: string, meta: FieldMeta | undefined): FieldMeta {
  if (meta === undefined) throw new Error(`${name} says nothing about itself`);
  return meta;
}
