import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { API_TYPES_FILE, apiTypes } from './api-types.js';
import { referencePages, withReference } from './reference.js';

// `make docs`: the tables of keys and settings are written from the code that reads them, and the types of the API's
// answers from its description.
for (const page of referencePages) writeFileSync(join(packageRoot, page), withReference(page));
writeFileSync(join(packageRoot, API_TYPES_FILE), apiTypes());
