import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { commandsOf, shellBlocks } from '../support/shell-blocks.js';

/** Documents whose blocks a test runs. The commands that `printed-commands.long.test.ts` knows need no entry. */
const runBy: Readonly<Record<string, string>> = {
  'apps/boiler/README.md': 'test/stack/documented-blocks.test.ts',
  'apps/hello-metrics/README.md': 'test/stack/documented-blocks.test.ts',
  'apps/local-stack/README.md': 'test/stack/local-stack.test.ts',
  'apps/metric-sender/README.md': 'test/stack/documented-blocks.test.ts',
  'apps/pokedex/README.md': 'test/stack/documented-blocks.test.ts',
  'apps/telemetry/README.md': 'test/stack/documented-blocks.test.ts',
  'docs/probing.md': 'scaler/grpc/discovery.test.ts',
};

const printed =
  /^((grpcurl|curl|npx (--yes --package \S+ )?predictive-scaler|predictive-scaler (backtest|forecast|probe)) |npm pack)/;

const files = readdirSync(packageRoot, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.md$/.test(path) && !/(^|\/)(node_modules|dist|var|\.\w+)\//.test(path),
);

describe('every block of commands in the documents', () => {
  for (const file of files)
    for (const [index, { text, notRun }] of shellBlocks(file).entries())
      it(`${file}, block ${index + 1}, is run by a test or says why not`, () => {
        if (notRun !== undefined || file in runBy) return;
        assert.match(
          file,
          /^(README(\.pt-BR)?\.md|docs\/[^/]+)$/,
          'no test looks for commands in this document',
        );
        assert.deepEqual(
          commandsOf(text).filter((command) => !printed.test(command)),
          [],
          'no test runs these: add one, or a comment <!-- not run: why --> before the block',
        );
      });

  it('that no test runs is in the list of CONTRIBUTING.md, with the reason', () => {
    const [, list] = /\n## Commands that no test runs\n(.*?)(?=\n## |$)/s.exec(
      readFileSync(join(packageRoot, 'CONTRIBUTING.md'), 'utf8'),
    )!;
    const listed = [...list!.matchAll(/^\| (\S+\.md) \| (.+) \|$/gm)].map(
      ([, file, why]) => `${file}: ${why}`,
    );
    const marked = files.flatMap((file) =>
      shellBlocks(file).flatMap(({ notRun }) => (notRun === undefined ? [] : [`${file}: ${notRun}`])),
    );
    assert.deepEqual(listed.sort(), [...new Set(marked)].sort());
  });

  it('names tests that are there', () => {
    for (const test of new Set(Object.values(runBy)))
      assert.ok(readFileSync(join(packageRoot, test), 'utf8').includes('describe('), test);
  });
});
