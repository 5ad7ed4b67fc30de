import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { metaOf } from '../shared/fields.js';
import { packageRoot } from '../shared/package-root.js';
import { TRIGGER_LIMITS, triggerKeys } from './keys.js';
import { parseTrigger } from './parse.js';

const page = readFileSync(join(packageRoot, 'docs', 'triggers.md'), 'utf8');

/** The YAML block with every key, those that are commented out included. */
function fullBlock(uncomment: boolean): Record<string, string> {
  const block = page.match(/<!-- every key -->\n```yaml\n([\s\S]*?)```/)?.[1];
  assert.ok(block, 'docs/triggers.md has no YAML block after <!-- every key -->');
  const [trigger] = parseYaml(uncomment ? block.replaceAll(/^( *)# (\w+:)/gm, '$1$2') : block);
  return trigger.metadata;
}

describe('docs/triggers.md', () => {
  it('shows every key in its YAML block, and no other', () => {
    const shown = Object.keys(fullBlock(true)).map((name) => name.replace(/FromEnv$/, ''));
    assert.deepEqual(shown.sort(), ['scalerAddress', ...Object.keys(triggerKeys)].sort());
  });

  it('shows a YAML block that the program accepts without a notice', () => {
    const scalerMetadata = fullBlock(false);
    for (const [key, value] of Object.entries(scalerMetadata))
      assert.equal(typeof value, 'string', `${key}: KEDA takes text only, so the value needs quotes`);
    const { notices } = parseTrigger({ name: 'checkout', namespace: 'shop', scalerMetadata });
    assert.deepEqual(notices, []);
  });

  it('states the bounds that the program keeps', () => {
    for (const bound of [
      `${TRIGGER_LIMITS.keys} keys`,
      `${TRIGGER_LIMITS.valueLength} characters`,
      `${TRIGGER_LIMITS.historySteps} steps of history`,
      `${TRIGGER_LIMITS.horizonSteps} steps of horizon`,
    ])
      assert.ok(page.includes(bound), `docs/triggers.md does not state "${bound}"`);
  });

  // A secret's example is a whole line with "FromEnv", since a literal secret in a manifest would be a bad example.
  for (const [name, schema] of Object.entries(triggerKeys)) {
    const { example = '' } = metaOf(schema) ?? {};
    if (!example.includes('FromEnv: '))
      it(`gives an example of ${name} that the program accepts`, () => {
        assert.ok(schema.safeParse(example).success);
      });
  }
});
