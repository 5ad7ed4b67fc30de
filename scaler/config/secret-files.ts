import { readFileSync } from 'node:fs';
import type { SourcesConfig } from '../prometheus/source-config.js';
import { Problems } from '../shared/problems.js';
import { show } from '../shared/show.js';

/** Each use reads the file again; a mistake in it should still show at the start. */
export function checkSecretFile(path: string, setting: string, complain: (problem: string) => void): void {
  try {
    if (readFileSync(path, 'utf8').trim() === '') complain(`${setting}: the file ${show(path)} is empty`);
  } catch (error) {
    complain(`${setting}: cannot read ${show(path)} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/**
 * Checks that the files which sources name can be read now. For the start only: later a file may be away for a moment,
 * while it is replaced.
 *
 * @throws ScalerError `invalid` with each setting and file, five at most.
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
