import { readFileSync } from 'node:fs';
import type { SourcesConfig } from '../prometheus/source-config.js';
import { Problems } from '../shared/problems.js';
import { show } from '../shared/show.js';

/** Reports a file that cannot be read or is empty, so that a mistake shows at the start. */
export function checkSecretFile(path: string, setting: string, complain: (problem: string) => void): void {
  try {
    if (readFileSync(path, 'utf8').trim() === '') complain(`${setting}: the file ${show(path)} is empty`);
  } catch (error) {
    complain(`${setting}: cannot read ${show(path)} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/**
 * Checks that the files of the sources can be read. For the start only: later a file may be missing for a moment, while
 * it is replaced.
 *
 * @throws ScalerError `invalid` with at most five settings and files
 */
export function checkSourceFiles(named: SourcesConfig['named']): void {
  const problems = new Problems();
  for (const [name, { basic, bearer, tls }] of Object.entries(named))
    for (const [group, settings] of Object.entries({ basic, bearer, tls }))
      for (const [setting, value] of Object.entries(settings ?? {}))
        if (setting.endsWith('File') && typeof value === 'string')
          checkSecretFile(value, `sources.named.${name}.${group}.${setting}`, problems.add);
  problems.throwIfAny('configuration');
}
