import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { blockNames, blocksOf, referencePages, withReference } from './reference.js';

describe('the reference pages', () => {
  const text = (page: string) => readFileSync(join(packageRoot, page), 'utf8');

  for (const page of referencePages)
    it(`say in ${page} what the code says; otherwise run "make docs"`, () => {
      assert.equal(text(page), withReference(page));
    });

  it('have a block for each group of keys and settings', () => {
    assert.deepEqual(referencePages.flatMap((page) => blocksOf(text(page))).sort(), [...blockNames].sort());
  });
});
