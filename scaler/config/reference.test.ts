import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDurationSeconds } from '../shared/duration.js';
import { packageRoot } from '../shared/package-root.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';
import { loadConfig } from './load.js';
import { environmentName, environmentOnly, type Setting, settings } from './settings.js';
import { type JsonSchema, sourcesJsonSchema } from './sources.js';

const page = readFileSync(join(packageRoot, 'docs', 'configuration.md'), 'utf8');
const documented = new Map(
  page
    .split('\n')
    .filter((line) => /^- `[^`]+`( \(|:)/.test(line))
    .map((line) => [line.slice(3, line.indexOf('`', 3)), line]),
);

/** The line that the reference must hold for a setting. */
function referenceLine(path: string, setting: Setting<unknown>): string {
  const whenAbsent = 'value' in setting.default ? `\`${setting.default.value}\`` : setting.default.absent;
  return `- \`${path}\` (\`${environmentName(path)}\`, default ${whenAbsent}): ${setting.meaning} Accepted: ${setting.form}.`;
}

/** Every key that may stand under `sources`, with its default; an address' limits count as one. */
function sourceKeys(schema: JsonSchema, path: string): [string, unknown][] {
  const { properties, additionalProperties } = schema;
  if (path.endsWith('.addressLimits')) return [[path, undefined]];
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([key, inner]) => sourceKeys(inner, `${path}.${key}`));
  if (typeof additionalProperties === 'object' && additionalProperties.properties !== undefined)
    return sourceKeys(additionalProperties, `${path}.NAME`);
  return [[path, schema.default]];
}

describe('docs/configuration.md', () => {
  for (const [path, setting] of Object.entries<Setting<unknown>>(settings))
    it(`says of ${path} what the program does`, () => {
      assert.equal(documented.get(path), referenceLine(path, setting));
    });

  for (const [name, meaning] of Object.entries(environmentOnly))
    it(`says of ${name} what the program does`, () => {
      assert.equal(documented.get(name), `- \`${name}\`: ${meaning}`);
    });

  const ofSources = sourceKeys(sourcesJsonSchema(), 'sources');
  for (const [path, value] of ofSources)
    it(`knows ${path} and its default`, () => {
      const line = documented.get(path);
      assert.ok(line !== undefined, `docs/configuration.md has no line for ${path}`);
      if (value === undefined || typeof value === 'object') return;
      const told = /\(default `([^`]+)`/.exec(line)?.[1] ?? assert.fail(`no default in: ${line}`);
      const read = typeof value === 'number' && !/^\d+$/.test(told) ? parseDurationSeconds(told) : told;
      assert.equal(String(read), String(value));
    });

  it('and the other pages name the scaler of the usual installation', () => {
    const pages = [
      'README.md',
      'README.pt-BR.md',
      ...readdirSync(join(packageRoot, 'docs')).map((name) => `docs/${name}`),
    ];
    const named = pages
      .filter((name) => name.endsWith('.md'))
      .flatMap(
        (name) => readFileSync(join(packageRoot, name), 'utf8').match(/\b[a-z-]+(\.[a-z-]+)+:50051/g) ?? [],
      );
    assert.ok(named.length >= 5);
    assert.deepEqual(new Set(named), new Set([USUAL_SCALER_ADDRESS]));
  });

  it('knows no setting that the program does not', () => {
    const known = new Set([
      ...Object.keys(settings),
      ...Object.keys(environmentOnly),
      ...ofSources.map(([path]) => path),
    ]);
    assert.deepEqual(
      [...documented.keys()].filter((path) => !known.has(path)),
      [],
    );
  });

  it('shows a file that the program accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
    try {
      const block = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? assert.fail('there is no YAML block');
      const file = join(folder, 'scaler.yaml');
      writeFileSync(file, block);
      const config = loadConfig({ environment: {}, file });
      assert.equal(config.sources.default, 'central');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
