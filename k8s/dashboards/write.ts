import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { dashboardFiles } from './all.js';

// `npm run dashboards`: the files are kept in the repository, so that Grafana needs no build.
for (const [path, text] of dashboardFiles()) writeFileSync(join(packageRoot, path), text);
