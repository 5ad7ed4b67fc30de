import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../scaler/shared/package-root.js';
import type { InstalledSecrets } from './checks/mounts.js';

/** The Secrets that `make deploy` makes, as its dry run prints them. */
export function installedSecrets(): InstalledSecrets {
  const output = execFileSync(join(packageRoot, 'scripts/deploy/deploy.sh'), {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, DRY_RUN: '1', DEPLOY_FOLDER: 'var/none' },
  });
  const secrets: Record<string, string[]> = {};
  for (const [, pairs, namespace, name] of output.matchAll(
    /^printf '%s\\n' (.*) \| kubectl -n (\S+) create secret generic (\S+) /gm,
  ))
    secrets[`${namespace}/${name}`] = [...pairs!.matchAll(/(?:^| )'?([\w-]+)=/g)].map(([, key]) => key!);
  return secrets;
}
