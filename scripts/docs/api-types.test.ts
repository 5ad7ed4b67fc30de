import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { API_TYPES_FILE, apiTypes } from './api-types.js';

describe('the types of the API', () => {
  it('are what docs/openapi.yaml says; otherwise run "make docs"', () => {
    assert.equal(readFileSync(join(packageRoot, API_TYPES_FILE), 'utf8'), apiTypes());
  });
});
