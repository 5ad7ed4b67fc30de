import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../shared/package-root.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';
import { loadConfig } from './load.js';

describe('docs/configuration.md', () => {
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

  it('shows a file that the program accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
    try {
      const page = readFileSync(join(packageRoot, 'docs', 'configuration.md'), 'utf8');
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
